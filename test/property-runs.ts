// How many cases property tests try, and how many requests tests of many send: the full number in CI, a tenth elsewhere.
// HEADGATE_PROPERTY_RUNS says another share.

const SHARE = Number(process.env["HEADGATE_PROPERTY_RUNS"] ?? 0.1);

/** What is tried of `full` cases here; also what is found in them, where a test counts that. */
export function toRuns(full: number): number {
  return Math.ceil(full * SHARE);
}

// When a listener gets an event that it did not take, and when it is given up. Pure.

/** After each try that failed: 2 days in all. */
export const RETRIES_MS: readonly number[] = [
  1_000, 2_000, 5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];
const RETRY_AFTER_MS_MAX = 86_400_000;

export type Outcome =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: "failure" };

/** "done": it has it. "gone": it wants no more, or there were tries enough. Else how long until the next try. */
export function toNextTry(outcome: Outcome, tries: number): "done" | "gone" | number {
  if (outcome.kind === "answer") {
    if (outcome.status >= 200 && outcome.status < 300) return "done";
    // Standard Webhooks: the receiver wants no more.
    if (outcome.status === 410) return "gone";
  }
  const waitMs = RETRIES_MS[tries - 1];
  if (waitMs === undefined) return "gone";
  const askedMs = outcome.kind === "answer" ? (outcome.retryAfterMs ?? 0) : 0;
  return Math.max(waitMs, Math.min(askedMs, RETRY_AFTER_MS_MAX));
}

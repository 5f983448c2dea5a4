// Durations as people write them in the configuration: "250ms", "10s", "1m", "24h", "7d", "1w", "1h30m". Whole numbers
// only, each unit once, the larger before the smaller.

const UNITS_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1] as const;
const DURATION =
  /^(?:(\d{1,12})w)?(?:(\d{1,12})d)?(?:(\d{1,12})h)?(?:(\d{1,12})m)?(?:(\d{1,12})s)?(?:(\d{1,12})ms)?$/;

/** The longest duration that the configuration accepts: 400 days, in milliseconds. */
export const DURATION_MS_MAX = 400 * 86_400_000;

export const DURATION_UNITS = "ms, s, m, h, d or w";

/** What a duration is, for messages. */
export const DURATION_WANTED = `must be a duration of 1ms to 400d, in ${DURATION_UNITS}, such as "10s", "1h30m" or "7d"`;

const WRITTEN = /^\s*(\d{1,12})\s*(milli|ms|s|m|h|d|w)[a-z]*\.?\s*$/i;
/** "month" is none: months are not all as long. */
const NO_UNIT = /mon|mo\b/i;

/** The duration that was meant by a number, or by "1 minute" and the like; undefined where that cannot be told. */
export function findDuration(given: unknown): string | undefined {
  if (typeof given === "number") {
    const text = given >= 1_000 ? `${given}ms` : `${given}s`;
    return toDurationMs(text) === undefined ? undefined : text;
  }
  if (typeof given !== "string" || NO_UNIT.test(given)) return undefined;
  const [, count = "", unit = ""] = WRITTEN.exec(given) ?? [];
  const text = `${Number(count)}${unit.toLowerCase().replace("milli", "ms")}`;
  return toDurationMs(text) === undefined ? undefined : text;
}

/** Milliseconds of a duration such as "10s", or undefined when it is not one, is zero or is above the maximum. */
export function toDurationMs(text: string): number | undefined {
  const [, ...counts] = DURATION.exec(text) ?? [];
  const ms = counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (UNITS_MS[index] ?? 0), 0);
  return ms > 0 && ms <= DURATION_MS_MAX ? ms : undefined;
}

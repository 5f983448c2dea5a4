// Durations as people write them in the configuration: "250ms", "10s", "1m", "24h", "7d", "1w", "1h30m". Whole numbers
// only, each unit once, the larger before the smaller.

const UNITS_MS = [604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1] as const;
const DURATION =
  /^(?:(\d{1,12})w)?(?:(\d{1,12})d)?(?:(\d{1,12})h)?(?:(\d{1,12})m)?(?:(\d{1,12})s)?(?:(\d{1,12})ms)?$/;

/** The longest duration that the configuration accepts: 400 days, in milliseconds. */
export const DURATION_MS_MAX = 400 * 86_400_000;

/** What a duration is, for messages. */
export const DURATION_WANTED =
  'must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d"';

/** Milliseconds of a duration such as "10s", or undefined when it is not one, is zero or is above the maximum. */
export function toDurationMs(text: string): number | undefined {
  const [, ...counts] = DURATION.exec(text) ?? [];
  const ms = counts.reduce((sum, count, index) => sum + Number(count ?? 0) * (UNITS_MS[index] ?? 0), 0);
  return ms > 0 && ms <= DURATION_MS_MAX ? ms : undefined;
}

// Durations as people write them in the configuration: "250ms", "10s", "1m", "24h", "7d". Whole numbers only.

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(\d{1,12})(ms|s|m|h|d)$/;

/** The longest duration that the configuration accepts: 400 days, in milliseconds. */
export const DURATION_MS_MAX = 400 * 86_400_000;

/** Milliseconds of a duration such as "10s", or undefined when it is not one, is zero or is above the maximum. */
export function toDurationMs(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const ms = Number(match[1]) * (UNIT_MS[match[2] ?? ""] ?? 0);
  return ms > 0 && ms <= DURATION_MS_MAX ? ms : undefined;
}

// Seconds as HTTP writes them (RFC 9111 section 1.2.2).

/** The meaning of every larger number: 2^31 seconds, about 68 years. */
export const DELTA_SECONDS_MAX = 2 ** 31;

const DIGITS = /^\d+$/;

/** A whole number of seconds, at most 2^31, or undefined when the text is anything but digits. */
export function parseDeltaSeconds(text: string): number | undefined {
  return DIGITS.test(text) ? Math.min(Number(text), DELTA_SECONDS_MAX) : undefined;
}

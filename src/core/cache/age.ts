// The age of a response (RFC 9111 sections 4.2.3 and 5.1): how old it was on arrival, and how old it is now.

import { DELTA_SECONDS_MAX, parseDeltaSeconds } from "./delta-seconds.ts";

/** An age above this counts as this: 2^31 seconds (section 1.2.2). */
export const AGE_MS_MAX = DELTA_SECONDS_MAX * 1_000;

export interface Arrival {
  /** The Age field as received. */
  readonly age: string | null | undefined;
  /** The Date field, or the arrival when there was none. */
  readonly dateMs: number;
  readonly requestTimeMs: number;
  readonly responseTimeMs: number;
}

/** Seconds of an Age field: of a list the first member, of anything invalid nothing (section 5.1). */
export function parseAge(age: string | null | undefined): number {
  const first = age?.split(",", 1)[0]?.trim() ?? "";
  return parseDeltaSeconds(first) ?? 0;
}

/**
 * corrected_initial_age: the larger of what the Date field and what the Age field tell, the latter counted from when the
 * request was sent.
 */
export function toInitialAgeMs({ age, dateMs, requestTimeMs, responseTimeMs }: Arrival): number {
  const apparentAgeMs = Math.max(0, responseTimeMs - dateMs);
  const responseDelayMs = Math.max(0, responseTimeMs - requestTimeMs);
  const correctedAgeMs = parseAge(age) * 1_000 + responseDelayMs;
  return Math.min(Math.max(apparentAgeMs, correctedAgeMs), AGE_MS_MAX);
}

/** current_age. A clock that went back does not make a response younger. */
export function toCurrentAgeMs(
  stored: { readonly initialAgeMs: number; readonly responseTimeMs: number },
  nowMs: number,
): number {
  return Math.min(stored.initialAgeMs + Math.max(0, nowMs - stored.responseTimeMs), AGE_MS_MAX);
}

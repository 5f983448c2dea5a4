// A level that rises by what is taken and drains evenly at limit / window: what a token bucket and a leaky bucket have in
// common. Exact: the fraction of a unit is counted in 1/windowMs.

import { multiplyDivide, multiplyDivideUp } from "./exact-division.ts";
import { storedCount, storedLengthMs, storedTimeMs, storedWhole } from "./stored-state.ts";

/** What is in use, not what is left, so that a changed limit keeps what was used. */
export interface Level {
  readonly used: number;
  /** The fraction of a unit that is in use on top, in 1/windowMs. */
  readonly part: number;
  readonly windowMs: number;
  readonly atMs: number;
}

export interface Drain {
  readonly limit: number;
  readonly windowMs: number;
}

export const storedLevel = {
  used: storedWhole,
  part: storedCount,
  windowMs: storedLengthMs,
  atMs: storedTimeMs,
} as const;

/** Whether a stored fraction is one; else it is damaged. */
export const isLevel = ({ part, windowMs }: Level): boolean => part < windowMs;

/**
 * The level at nowMs: the stored one, in today's terms, less what has drained since. In this order: a state that is only
 * read stays stored as it is, and must lead to the same level at every later time.
 */
export function drainLevel(
  { limit, windowMs }: Drain,
  level: Level | undefined,
  { nowMs, levelMax }: { readonly nowMs: number; readonly levelMax: number },
): Level {
  if (level === undefined) return { used: 0, part: 0, windowMs, atMs: nowMs };
  const atMs = Math.max(nowMs, level.atMs);
  const was = toToday(level, windowMs, levelMax);
  const drained = multiplyDivide(atMs - level.atMs, limit, { divisor: windowMs });
  const isBorrowing = was.part < drained.remainder;
  const used = was.used - drained.quotient - (isBorrowing ? 1 : 0);
  const part = was.part - drained.remainder + (isBorrowing ? windowMs : 0);
  return used < 0 ? { used: 0, part: 0, windowMs, atMs } : { used, part, windowMs, atMs };
}

/** The level as if it had been reached so much earlier. */
export function setLevelBack<Leveled extends Level>(level: Leveled, byMs: number): Leveled {
  return { ...level, atMs: level.atMs - byMs };
}

/** The level in today's terms: clamped to today's maximum, its fraction in parts of today's window, rounded up. */
function toToday(
  { used, part, windowMs: itsWindowMs }: Level,
  windowMs: number,
  levelMax: number,
): Pick<Level, "used" | "part"> {
  const itsPart =
    itsWindowMs === windowMs ? part : multiplyDivideUp(Math.ceil(part), windowMs, { divisor: itsWindowMs });
  const isWhole = itsPart === windowMs;
  const itsUsed = isWhole ? used + 1 : used;
  return itsUsed >= levelMax ? { used: levelMax, part: 0 } : { used: itsUsed, part: isWhole ? 0 : itsPart };
}

/** The fewest milliseconds until at most `keep` units are in use. */
export function toDrainMs({ limit, windowMs }: Drain, level: Level, keep: number): number {
  if (level.used < keep) return 0;
  // A millisecond drains whole parts.
  return multiplyDivideUp(level.used - keep, windowMs, { add: Math.ceil(level.part), divisor: limit });
}

/** The level with units put on or taken off. A fraction of a unit becomes one of the window, which may have a fraction itself. */
export function putOnLevel(level: Level, units: number, parts = level.part): Level {
  const { windowMs } = level;
  const whole = Math.floor(units);
  const part = parts + (units - whole) * windowMs;
  const used = level.used + whole + Math.floor(part / windowMs);
  return { ...level, used, part: part % windowMs };
}

/** A level that is not below empty, nor above the maximum. */
export function toWithin(level: Level, levelMax: number): Level {
  if (level.used < 0) return { ...level, used: 0, part: 0 };
  return level.used >= levelMax ? { ...level, used: levelMax, part: 0 } : level;
}

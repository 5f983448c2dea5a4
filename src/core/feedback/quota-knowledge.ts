// What is known of one quota of an origin: its newest reading, and a stop, until which no call is made. Pure: isolates and
// the feedback object learn and merge by the same rules, each by its own clock; between them it travels as durations.

import type { Reading } from "./reading.ts";

/** Knowledge of one quota. All times are of the clock of the isolate or object that has it. */
export interface Knowledge {
  /** When the call was sent that the reading came with: -Infinity before there is any. */
  readonly askedMs: number;
  /** 0 to 100. */
  readonly usedPercent: number;
  /** Left until `untilMs`, where the origin counts so; else the percentage is all there is. */
  readonly remaining: number | undefined;
  readonly limit: number | undefined;
  /** The reading counts until then. */
  readonly untilMs: number;
  readonly stopBeganMs: number;
  /** -Infinity before there was any stop. */
  readonly stopUntilMs: number;
  /** Stops in a row whose length was guessed: after each, one call tries, and the next stop is longer. 0: none. */
  readonly guesses: number;
}

export interface QuotaRules {
  /** Requests are paced from here on. */
  readonly paceFromPercent: number;
  /** The longest stop, whatever the origin reports. */
  readonly stopMsMax: number;
  /** For how long a reading counts that names no reset. */
  readonly readingMs: number;
  /** Of the policy that the scope stands for: units, and the window that they are for. */
  readonly limit: number | undefined;
  readonly windowMs: number | undefined;
}

interface Learning {
  readonly rules: QuotaRules;
  readonly askedMs: number;
  readonly nowMs: number;
}

export const NOTHING: Knowledge = Object.freeze({
  askedMs: -Infinity,
  usedPercent: 0,
  remaining: undefined,
  limit: undefined,
  untilMs: -Infinity,
  stopBeganMs: -Infinity,
  stopUntilMs: -Infinity,
  guesses: 0,
});

/** Travelling between clocks makes times later: a stop that is longer by no more than this is the same one. */
const ON_THE_WAY_MS = 100;
/** The percentage below which nothing is paced. */
const USED_PERCENT_MIN = 50;
const GUESS_MS = 5_000;
const GUESS_MS_MIN = 20;
const GUESS_MS_MAX = 300_000;
const GUESSES_MAX = 30;
/** The first guess as a share of the window: a rolling budget has regained 2 % by then. */
const GUESS_WINDOWS = 0.02;

/** Whether it is worth keeping: a quota that is hardly used needs no memory, whatever keys clients invent. */
export function isPressing(
  { usedPercent, stopUntilMs }: Knowledge,
  { paceFromPercent }: QuotaRules,
): boolean {
  return usedPercent >= paceFromPercent || stopUntilMs !== -Infinity;
}

/** Whether nothing of it counts any more. */
export function isOver({ untilMs, usedPercent, stopUntilMs }: Knowledge, nowMs: number): boolean {
  const isRead = nowMs < untilMs && usedPercent >= USED_PERCENT_MIN;
  // A guessed stop is remembered for a while: the next one is longer.
  return !isRead && nowMs >= stopUntilMs + GUESS_MS_MAX;
}

/** The knowledge after an answer to a call that was sent at `askedMs`. */
export function learnReading(known: Knowledge, reading: Reading, learning: Learning): Knowledge {
  const read = toRead(known, reading, learning);
  const stop = toStop(known, { reading, read }, learning);
  return mergeKnowledge(known, { ...known, ...read, ...stop }, learning.nowMs);
}

/** The knowledge of two together: the reading whose call was sent last, and the stop that holds. */
export function mergeKnowledge(known: Knowledge, other: Knowledge, nowMs: number): Knowledge {
  const read = isNewer(other, known) ? other : known;
  const stop = isStronger(other, known, nowMs) ? other : known;
  // An answer to a call that was asked after the stop began and finds quota shows that the guess was too long.
  const isRefuted = stop.guesses > 0 && read.askedMs > stop.stopBeganMs && read.usedPercent < 100;
  const { stopBeganMs } = stop;
  return {
    ...read,
    stopBeganMs,
    stopUntilMs: isRefuted ? Math.min(stop.stopUntilMs, read.askedMs) : stop.stopUntilMs,
    guesses: isRefuted ? 0 : stop.guesses,
  };
}

/** The same knowledge by another clock: minus its own time before it travels, plus the other's after. */
export function shiftKnowledge(known: Knowledge, byMs: number): Knowledge {
  return {
    ...known,
    askedMs: known.askedMs + byMs,
    untilMs: known.untilMs + byMs,
    stopBeganMs: known.stopBeganMs + byMs,
    stopUntilMs: known.stopUntilMs + byMs,
  };
}

type LastReading = Pick<Knowledge, "askedMs" | "usedPercent" | "remaining" | "limit" | "untilMs">;

/** Whether a reading is newer; of the same answer, whether it is worse. */
function isNewer(other: LastReading, known: LastReading): boolean {
  return (
    other.askedMs > known.askedMs ||
    (other.askedMs === known.askedMs && other.usedPercent > known.usedPercent)
  );
}

/** Whether a stop holds before another: one that the origin named before a guess; else the one that ends or began later. */
function isStronger(other: Knowledge, known: Knowledge, nowMs: number): boolean {
  const isSaid = (stop: Knowledge): boolean => stop.guesses === 0 && stop.stopUntilMs > nowMs;
  if (isSaid(other) !== isSaid(known)) return isSaid(other);
  if (!isSaid(known)) return other.stopBeganMs > known.stopBeganMs;
  return other.stopUntilMs > known.stopUntilMs + ON_THE_WAY_MS;
}

function toRead(
  known: Knowledge,
  reading: Reading,
  { rules, askedMs, nowMs }: Learning,
): Partial<LastReading> {
  const { usagePercent, remaining, resetMs } = reading;
  if (usagePercent === undefined && remaining === undefined) return {};
  const { windowMs = 0, readingMs, stopMsMax } = rules;
  const limit = toLimit(known, reading, rules);
  const used = usagePercent ?? (1 - (remaining ?? 0) / (limit ?? 1)) * 100;
  const lastsMs = resetMs ?? (windowMs || readingMs);
  return {
    askedMs,
    usedPercent: Math.min(100, Math.max(0, used)),
    // Without a reset there is nothing to spread it over.
    remaining: resetMs === undefined ? undefined : remaining,
    limit,
    untilMs: nowMs + Math.min(lastsMs, Math.max(stopMsMax, windowMs)),
  };
}

/** The limit; where the origin does not report it, the most that is known to have been left. */
function toLimit(known: Knowledge, { limit, remaining = 0 }: Reading, rules: QuotaRules): number | undefined {
  return limit || Math.max(known.limit ?? 0, rules.limit ?? 0, remaining) || undefined;
}

type Stop = Pick<Knowledge, "stopBeganMs" | "stopUntilMs" | "guesses">;

function toStop(
  known: Knowledge,
  { reading, read }: { readonly reading: Reading; readonly read: Partial<LastReading> },
  { rules, askedMs, nowMs }: Learning,
): Partial<Stop> {
  const isUsedUp = (read.usedPercent ?? 0) >= 100;
  const saidMs = reading.stopMs ?? (isUsedUp && read.remaining === 0 ? reading.resetMs : undefined) ?? 0;
  if (saidMs > 0) {
    const stopUntilMs = nowMs + Math.min(saidMs, rules.stopMsMax);
    return { stopBeganMs: nowMs, stopUntilMs, guesses: 0 };
  }
  const isRefused = isUsedUp || reading.isRefused === true;
  const isSaid = known.guesses === 0 && nowMs < known.stopUntilMs;
  // Calls that were on their way when the stop began say nothing new, and what the origin said needs no guess.
  return isRefused && !isSaid && askedMs > known.stopBeganMs ? toGuess(known, reading, { rules, nowMs }) : {};
}

function toGuess(
  known: Knowledge,
  { probeAfterMs, isRefused }: Reading,
  { rules, nowMs }: Pick<Learning, "rules" | "nowMs">,
): Stop {
  // A call that was served and used up the rest is no sign that the last stop was too short.
  const guesses = isRefused === true ? Math.min(GUESSES_MAX, known.guesses + 1) : 1;
  const firstMs = probeAfterMs ?? toGuessMs(rules);
  const guessMs = Math.min(firstMs * 2 ** (guesses - 1), GUESS_MS_MAX, rules.stopMsMax);
  return { stopBeganMs: nowMs, stopUntilMs: nowMs + guessMs, guesses };
}

/** How long the first guessed stop lasts. */
export function toGuessMs({ windowMs }: QuotaRules): number {
  const ms = windowMs === undefined ? GUESS_MS : windowMs * GUESS_WINDOWS;
  return Math.min(Math.max(ms, GUESS_MS_MIN), 12 * GUESS_MS);
}

// Decides when a counter must be written, and what is written: a state that is ahead of the truth, so that most requests
// write nothing and a crash can only under-admit. Over any few seconds at most one row a second is written for a key.
//
// What is written says that, by the end of the cover, so many more units were used as one may expect until then. While
// less than that was used and that time has not come, it is at least as strict as the truth.

import { type Counter, toAlgorithm } from "./decide-checks.ts";

/** How long one write covers, in milliseconds. */
const COVER_MS = 1_000;
/** Each write of a burst covers a larger share of what is left: what a crash may cost a key that is hardly used. */
const SHARES: readonly number[] = [8, 2, 1];
/** More than any policy can hold: charging it fills the counter. */
const EVERYTHING = Number.MAX_SAFE_INTEGER / 4;

/** One policy's counter for one key, with what storage holds of it. */
export interface LiveCounter {
  readonly counter: Counter;
  /** What storage holds: at least as strict as `counter` while the cover lasts. undefined: nothing yet. */
  readonly written: Counter | undefined;
  /** Epoch milliseconds from which `written` is back to "never seen". */
  readonly expiresAtMs: number;
  readonly coverUntilMs: number;
  /** Units that may still be used before the next write. */
  readonly coverUnits: number;
  /** Writes without a pause between them: each covers more than the one before. */
  readonly writes: number;
}

/** A counter after a decision, with what the decision consumed. */
export interface Consumption {
  readonly settings: unknown;
  readonly counter: Counter;
  readonly units: number;
}

/** The live counter after a consumption, and whether it must be written before the decision may leave the object. */
export function consume(
  live: LiveCounter | undefined,
  { settings, counter, units }: Consumption,
  nowMs: number,
): { readonly live: LiveCounter; readonly mustWrite: boolean } {
  const isCovered =
    live !== undefined && nowMs < live.coverUntilMs && live.counter.algorithm === counter.algorithm;
  if (isCovered && live.coverUnits >= units) {
    return { live: { ...live, counter, coverUnits: live.coverUnits - units }, mustWrite: false };
  }
  const algorithm = toAlgorithm(counter.algorithm);
  const writes = isCovered ? live.writes + 1 : 1;
  // A second write within a second covers a second more: over any few seconds there is one write a second.
  const coverUntilMs = (isCovered ? live.coverUntilMs : nowMs) + COVER_MS;
  const { remaining } = algorithm.decide(settings, counter.state, { nowMs, cost: 0 });
  const ahead = toUnitsAhead(writes, remaining);
  const state =
    ahead === EVERYTHING
      ? algorithm.charge(settings, undefined, { nowMs: coverUntilMs, units: EVERYTHING })
      : chargeAhead({ settings, counter, units: ahead }, { remaining, coverUntilMs });
  const written = { algorithm: counter.algorithm, state };
  const expiresAtMs = algorithm.expiresAtMs(settings, state);
  return {
    live: { counter, written, expiresAtMs, coverUntilMs, coverUnits: ahead, writes },
    mustWrite: true,
  };
}

/**
 * The counter as if `units` more had been used by the end of the cover and nothing had come back by then: what comes
 * back meanwhile is put on top again, for a restart before that end reads this as the state of its moment.
 */
function chargeAhead(
  { settings, counter, units }: Consumption,
  { remaining, coverUntilMs: nowMs }: { readonly remaining: number; readonly coverUntilMs: number },
): unknown {
  const algorithm = toAlgorithm(counter.algorithm);
  const later = algorithm.decide(settings, counter.state, { nowMs, cost: 0 });
  const back = later.remaining - remaining;
  // One more for the fraction of a unit that whole numbers of what remains do not show.
  return algorithm.charge(settings, counter.state, { nowMs, units: units + (back > 0 ? back + 1 : 0) });
}

/** A growing share of what is left, then whatever the counter can hold by then. */
function toUnitsAhead(writes: number, remaining: number): number {
  const share = SHARES[writes - 1];
  return share === undefined ? EVERYTHING : Math.max(1, Math.floor(remaining / share));
}

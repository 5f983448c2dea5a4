// Decides when a counter must be written, and what is written: the truth for the first requests after a pause, then a
// state ahead of it, so that most requests of a burst write nothing and a restart can only under-admit. Over any few
// seconds at most one row a second is written for a key.
//
// What is written ahead says that, by the end of the cover, as much again was used as the burst has used so far. While
// less than that was used and that time has not come, it is at least as strict as the truth. An idle object is evicted
// after seconds, so restarts are daily life: one costs a key at most as many units as the burst before it used.

import { type Counter, toAlgorithm } from "./decide-checks.ts";

/** How long one write covers, in milliseconds. */
const COVER_MS = 1_000;
/** Writes of a burst that are just the truth: a request now and then costs what it costs, and its refund comes back. */
const EXACT_WRITES = 3;

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
  /** Writes without a pause between them, and the units used since the first: what the next write covers. */
  readonly writes: number;
  readonly burstUnits: number;
}

/** A counter after a decision, with what the decision consumed, or after a refund, with 0. */
export interface Consumption {
  readonly settings: unknown;
  readonly counter: Counter;
  readonly units: number;
}

export interface Covered {
  readonly live: LiveCounter;
  /** Whether it must be written before the answer may leave the object. */
  readonly mustWrite: boolean;
}

/** The live counter after a consumption. */
export function consume(
  live: LiveCounter | undefined,
  { settings, counter, units }: Consumption,
  nowMs: number,
): Covered {
  const isCovered =
    live !== undefined && nowMs < live.coverUntilMs && live.counter.algorithm === counter.algorithm;
  const burstUnits = (isCovered ? live.burstUnits : 0) + units;
  if (isCovered && live.coverUnits >= units) {
    return { live: { ...live, counter, coverUnits: live.coverUnits - units, burstUnits }, mustWrite: false };
  }
  const algorithm = toAlgorithm(counter.algorithm);
  const writes = isCovered ? live.writes + 1 : 1;
  // A second write within a second covers a second more: over any few seconds there is one write a second.
  const coverUntilMs = (isCovered ? live.coverUntilMs : nowMs) + COVER_MS;
  const coverUnits = writes <= EXACT_WRITES ? 0 : burstUnits;
  const state =
    coverUnits === 0
      ? counter.state
      : chargeAhead({ settings, counter, units: coverUnits }, { nowMs, coverUntilMs });
  const written = { algorithm: counter.algorithm, state };
  const expiresAtMs = algorithm.expiresAtMs(settings, state);
  return {
    live: { counter, written, expiresAtMs, coverUntilMs, coverUnits, writes, burstUnits },
    mustWrite: true,
  };
}

/**
 * The live counter after a refund. What storage holds is at least as strict without it, so it is written only while
 * writes say just the truth: a permit or a refund of a key that is hardly used outlives a restart.
 */
export function giveBack(live: LiveCounter, consumption: Consumption, nowMs: number): Covered {
  const isExact = nowMs >= live.coverUntilMs || live.writes < EXACT_WRITES;
  if (!isExact) return { live: { ...live, counter: consumption.counter }, mustWrite: false };
  return consume({ ...live, coverUnits: -1 }, consumption, nowMs);
}

/**
 * The counter as if `units` more had been used by the end of the cover and nothing had come back by then: what comes
 * back meanwhile is put on top again, for a restart before that end reads this as the state of its moment.
 */
function chargeAhead(
  { settings, counter, units }: Consumption,
  { nowMs, coverUntilMs }: { readonly nowMs: number; readonly coverUntilMs: number },
): unknown {
  const algorithm = toAlgorithm(counter.algorithm);
  const toRemaining = (atMs: number): number =>
    algorithm.decide(settings, counter.state, { nowMs: atMs, cost: 0 }).remaining;
  const back = toRemaining(coverUntilMs) - toRemaining(nowMs);
  // One more for the fraction of a unit that whole numbers of what remains do not show.
  const ahead = units + (back > 0 ? back + 1 : 0);
  return algorithm.charge(settings, counter.state, { nowMs: coverUntilMs, units: ahead });
}

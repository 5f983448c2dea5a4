// Decides when a counter must be written, and what is written: the truth for the first requests after a pause, then a
// state ahead of it for the second to come, so that most requests write nothing and a restart can only under-admit.
//
// What is written ahead says that, by the end of the cover, as much again was used as the burst has used so far. While
// less than that was used and that time has not come, it is at least as strict as the truth. An idle object is evicted
// after seconds, so restarts are daily life: one costs a key at most as many units as the burst before it used.
// A leased counter's row holds what it is ahead by aside instead, like a lease, until the last lease that it covers ends.
// docs/decisions/0003-watermark-rows.md proves why two rows in one second remain where a key's use grows.

import { type LentQuota, NOTHING_LENT, type RowAhead, toEndings } from "../leases/lent-quota.ts";
import type { Counter } from "./decide-checks.ts";
import { toAlgorithm } from "../algorithms/registry.ts";

/** How long one write covers, in milliseconds. */
const COVER_MS = 1_000;
/** Writes of a burst that are just the truth: a request now and then costs what it costs, and its refund comes back. */
const EXACT_WRITES = 3;

/** One policy's counter for one key, with what storage holds of it. */
export interface LiveCounter {
  readonly counter: Counter;
  /** What storage holds: at least as strict as `counter` while the cover lasts. undefined: nothing yet. */
  readonly written: Counter | undefined;
  /** Units that storage holds aside beside `written`. undefined: none. */
  readonly ahead?: RowAhead | undefined;
  /** Epoch milliseconds from which `written` is back to "never seen". */
  readonly expiresAtMs: number;
  /** Storage holds more than the limit counts of: what was taken by then and is not among the recent is not given back. */
  readonly fullUntilMs: number;
  readonly coverUntilMs: number;
  /** Units that may still be used before the next write. */
  readonly coverUnits: number;
  /** Units used since the last write. */
  readonly sinceUnits: number;
  /** Writes of the burst, and the units that it has used lately: what the next write within a second covers. */
  readonly writes: number;
  readonly burstUnits: number;
  /** Each write pays for a second. The burst lasts until then: over any few seconds there is one write a second. */
  readonly burstUntilMs: number;
  /** undefined: nothing, and nobody has asked. */
  readonly lent?: LentQuota | undefined;
  /** Units of leases came back that the row does not know of. */
  readonly hasReturned?: boolean | undefined;
}

/** Nothing covers a counter that was just read, or is new: its first consumption writes. */
export const UNCOVERED = {
  coverUntilMs: 0,
  coverUnits: 0,
  fullUntilMs: 0,
  sinceUnits: 0,
  writes: 0,
  burstUnits: 0,
  burstUntilMs: 0,
} as const;

/** A counter after a decision, with what the decision consumed, or after a refund, with 0. */
export interface Consumption {
  readonly settings: unknown;
  readonly counter: Counter;
  readonly units: number;
  /** What is lent by now: what was lent just now is among the units. Default: as before. */
  readonly lent?: LentQuota | undefined;
  /** How long a lease that is given from now on may last; 0: none is. */
  readonly leaseMs?: number;
}

export interface Covered {
  readonly live: LiveCounter;
  /** Whether it must be written before the answer may leave the object. */
  readonly mustWrite: boolean;
}

/** The live counter after a consumption. */
export function consume(live: LiveCounter | undefined, consumption: Consumption, nowMs: number): Covered {
  const { counter, units, lent = live?.lent, leaseMs = 0 } = consumption;
  const isCovered =
    live !== undefined &&
    isCovering(live, counter, nowMs) &&
    live.coverUnits >= units &&
    (leaseMs === 0 || nowMs + leaseMs <= (live.ahead?.untilMs ?? 0));
  if (isCovered) {
    const left = { coverUnits: live.coverUnits - units, sinceUnits: live.sinceUnits + units };
    return {
      live: { ...live, ...left, counter, lent, burstUnits: live.burstUnits + units },
      mustWrite: false,
    };
  }
  return write({ ...consumption, lent }, toNextWrite(live, { counter, units }, nowMs), nowMs);
}

/**
 * The live counter after a refund. What storage holds is at least as strict without it, so it is written only while
 * writes say just the truth, or when a second has passed since the last: a permit or a refund of a key that is hardly
 * used outlives a restart, and so does all that comes back once a burst is over.
 */
export function giveBack(live: LiveCounter, consumption: Consumption, nowMs: number): Covered {
  const { counter, lent = live.lent } = consumption;
  const isOver = nowMs >= live.coverUntilMs;
  if (!isOver && live.writes >= EXACT_WRITES) return { live: { ...live, counter, lent }, mustWrite: false };
  const next = toNextWrite(live, { counter, units: 0 }, nowMs);
  const isQuiet = isOver && live.sinceUnits === 0;
  return write({ ...consumption, lent, units: 0 }, isQuiet ? { ...next, coverUnits: 0 } : next, nowMs);
}

type NextWrite = Pick<LiveCounter, "coverUnits" | "writes" | "burstUnits" | "burstUntilMs">;

function isCovering(live: LiveCounter, { algorithm }: Counter, nowMs: number): boolean {
  return nowMs < live.coverUntilMs && live.counter.algorithm === algorithm;
}

/**
 * Within a second of the last write, the cover was too small: it doubles. After that second, twice what it was used for
 * is enough for a key whose use does not double within a second; a burst that is over is forgotten by halves.
 */
function toNextWrite(
  live: LiveCounter | undefined,
  { counter, units }: Pick<Consumption, "counter" | "units">,
  nowMs: number,
): NextWrite {
  const isBurst =
    live !== undefined && nowMs < live.burstUntilMs && live.counter.algorithm === counter.algorithm;
  if (!isBurst) return { coverUnits: 0, writes: 1, burstUnits: units, burstUntilMs: nowMs + COVER_MS };
  const writes = live.writes + 1;
  const isWithin = isCovering(live, counter, nowMs);
  const lately = isWithin ? live.burstUnits : Math.max(live.sinceUnits, Math.floor(live.burstUnits / 2));
  const burstUnits = lately + units;
  const ahead = isWithin ? burstUnits : 2 * lately;
  const burstUntilMs = live.burstUntilMs + COVER_MS;
  return { coverUnits: writes <= EXACT_WRITES ? 0 : ahead, writes, burstUnits, burstUntilMs };
}

function write(consumption: Consumption, next: NextWrite, nowMs: number): Covered {
  const { settings, counter, lent, leaseMs = 0 } = consumption;
  const coverUntilMs = nowMs + COVER_MS;
  const covers = { coverUntilMs, sinceUnits: 0, ...next };
  const algorithm = toAlgorithm(counter.algorithm);
  const ahead = toAhead(lent, next.coverUnits, { coverUntilMs, leaseMs });
  if (ahead !== undefined) {
    const charged = algorithm.charge(settings, counter.state, { nowMs: ahead.untilMs, units: ahead.units });
    const expiresAtMs = algorithm.expiresAtMs(settings, charged);
    const fullUntilMs = toFullUntilMs(
      { ...consumption, counter: { ...counter, state: charged } },
      ahead.untilMs,
    );
    const live = { counter, written: counter, ahead, expiresAtMs, fullUntilMs, lent, ...covers };
    return { live, mustWrite: true };
  }
  const state =
    next.coverUnits === 0
      ? counter.state
      : chargeAhead({ settings, counter, units: next.coverUnits }, { nowMs, coverUntilMs });
  const written = { algorithm: counter.algorithm, state };
  const expiresAtMs = algorithm.expiresAtMs(settings, state);
  const fullUntilMs =
    next.coverUnits === 0 ? 0 : toFullUntilMs({ ...consumption, counter: written }, coverUntilMs);
  return { live: { counter, written, expiresAtMs, fullUntilMs, lent, ...covers }, mustWrite: true };
}

/** What is charged ahead beyond the limit is not counted: of such a row nothing can be given back twice over. */
function toFullUntilMs({ settings, counter }: Consumption, untilMs: number): number {
  const { remaining } = toAlgorithm(counter.algorithm).decide(settings, counter.state, {
    nowMs: untilMs,
    cost: 0,
  });
  return remaining === 0 ? untilMs : 0;
}

/** Where units are lent, or may be while the cover lasts, the row holds them aside until the last lease's end. */
function toAhead(
  lent: LentQuota = NOTHING_LENT,
  coverUnits: number,
  { coverUntilMs, leaseMs }: { readonly coverUntilMs: number; readonly leaseMs: number },
): RowAhead | undefined {
  const lastEndMs = toEndings(lent).at(-1)?.endsMs ?? 0;
  if (lastEndMs === 0 && leaseMs === 0) return undefined;
  return { units: lent.units + coverUnits, untilMs: Math.max(lastEndMs, coverUntilMs + leaseMs) };
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

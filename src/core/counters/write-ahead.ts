// Decides when a counter's row must be written, and what is written: the truth for the first requests after a pause, then
// the truth with a write-ahead allowance for the second to come. Requests within the allowance write nothing, and a
// restart can only under-admit.
//
// The allowance is as much as the burst has used so far, and the row counts it as used by the end of that second. While
// less was used and the second has not passed, the row is at least as strict as the truth. An idle object is evicted
// after seconds, so restarts are daily life: one costs a key at most as many units as the burst before it used.
// In the row of a counter with leases the allowance is stored in `ahead` and not charged: after a restart it counts as used
// until `ahead.untilMs`, when the last lease that could have been granted out of it has expired.
// What is taken by estimates has no allowance: each is written as it is taken, and what comes back of it is stored with the
// key's next row, soon (decision 29). So a restart finds what was used, and not what was estimated.
// docs/decisions/0003-watermark-rows.md proves why two rows in one second remain where a key's use grows.

import { type CounterLeases, NO_LEASES, type RowAhead, toExpiries } from "../leases/counter-leases.ts";
import { toBlanketTailMs } from "./blanket-units.ts";
import type { Counter } from "./decide-checks.ts";
import { toAlgorithm } from "../algorithms/registry.ts";

/** How long the allowance of one write lasts, in milliseconds. */
const ALLOWANCE_MS = 1_000;
/** Writes of a burst that are just the truth: a request now and then costs what it costs, and its refund comes back. */
const EXACT_WRITES = 3;

/** One policy's counter for one key, with what storage holds of it. */
export interface LiveCounter {
  readonly counter: Counter;
  /** Of a plan: the settings that it was last decided by. Others are decided by those of each request alone. */
  readonly planSettings?: unknown;
  /** What storage holds: at least as strict as `counter` while the allowance lasts. undefined: nothing yet. */
  readonly written: Counter | undefined;
  /** The allowance that storage has beside `written`, which it is not charged to. undefined: none. */
  readonly ahead?: RowAhead | undefined;
  /** Epoch milliseconds from which `written` is back to "never seen", whatever was used on top under blankets. */
  readonly expiresAtMs: number;
  /** Storage holds more than the limit counts of: what was taken by then and is not among the recent is not given back. */
  readonly fullUntilMs: number;
  readonly allowanceUntilMs: number;
  /** Units of the allowance that are left: they may be used without a write. */
  readonly allowanceUnits: number;
  /** Units used since the last write. */
  readonly usedSinceWrite: number;
  /** Writes of the burst, and the units that it has used lately: the allowance of the next write within a second. */
  readonly writes: number;
  readonly burstUnits: number;
  /** Each write pays for a second. The burst lasts until then: over any few seconds there is one write a second. */
  readonly burstUntilMs: number;
  /** undefined: none, and no isolate has reported. */
  readonly leases?: CounterLeases | undefined;
  /** Of a plan: when a charge last left it full. Others' units of before are not given back to it. undefined: never. */
  readonly cutMs?: number | undefined;
  /** Units of leases came back that the row still counts. */
  readonly hasReturned?: boolean | undefined;
}

/** A counter that was just read, or is new, has none: its first consumption writes. */
export const NO_ALLOWANCE = {
  allowanceUntilMs: 0,
  allowanceUnits: 0,
  fullUntilMs: 0,
  usedSinceWrite: 0,
  writes: 0,
  burstUnits: 0,
  burstUntilMs: 0,
} as const;

/** A counter after a decision, with what the decision consumed, or after a refund, with 0. */
export interface Consumption {
  readonly settings: unknown;
  /** Whether the counter is of one plan of several. */
  readonly isPlanned?: boolean;
  readonly counter: Counter;
  readonly units: number;
  /** The leases by now: what was granted just now is among the units. Default: as before. */
  readonly leases?: CounterLeases | undefined;
  /** Default: as before. */
  readonly cutMs?: number | undefined;
  /** How long a lease that is granted from now on may last; 0: none is. */
  readonly leaseMs?: number;
  /** The units are an estimate, or correct one. */
  readonly isEstimate?: boolean | undefined;
}

export interface CounterUpdate {
  readonly live: LiveCounter;
  /** Whether it must be written before the answer may leave the object. */
  readonly mustWrite: boolean;
  /** Units of an estimate came back: it is to be written soon, and until then storage counts them. */
  readonly isReturned?: boolean;
}

/** The live counter after a consumption. */
export function consume(
  live: LiveCounter | undefined,
  consumption: Consumption,
  nowMs: number,
): CounterUpdate {
  const { counter, units, leases = live?.leases, cutMs = live?.cutMs, leaseMs = 0 } = consumption;
  const isWithin =
    consumption.isEstimate !== true &&
    live !== undefined &&
    hasAllowance(live, counter, nowMs) &&
    live.allowanceUnits >= units;
  if (isWithin && isAsideFor(live, leaseMs, nowMs)) {
    const planSettings = toPlanSettings(consumption);
    const { allowanceUnits, usedSinceWrite, burstUnits } = live;
    const used = {
      planSettings,
      counter,
      leases,
      cutMs,
      allowanceUnits: allowanceUnits - units,
      usedSinceWrite: usedSinceWrite + units,
      burstUnits: burstUnits + units,
    };
    return { live: { ...live, ...used }, mustWrite: false };
  }
  return write({ ...consumption, leases, cutMs }, toNextWrite(live, consumption, nowMs), nowMs);
}

/**
 * The live counter after a refund. What storage holds is at least as strict without it, so it is written only while
 * writes say just the truth, or when a second has passed since the last: a permit or a refund of a key that is hardly
 * used outlives a restart, and so does all that comes back once a burst is over. What comes back of an estimate is always
 * written, soon: with whatever is written of the key until then.
 */
export function giveBack(live: LiveCounter, consumption: Consumption, nowMs: number): CounterUpdate {
  const { counter, leases = live.leases, cutMs = live.cutMs, isEstimate = false } = consumption;
  if (isEstimate) {
    const { writes, burstUnits, burstUntilMs } = live;
    const next = { allowanceUnits: 0, writes, burstUnits, burstUntilMs };
    const { live: after } = write({ ...consumption, leases, cutMs, units: 0 }, next, nowMs);
    return { live: after, mustWrite: false, isReturned: true };
  }
  const isOver = nowMs >= live.allowanceUntilMs;
  if (!isOver && live.writes >= EXACT_WRITES)
    return {
      live: { ...live, planSettings: toPlanSettings(consumption), counter, leases, cutMs },
      mustWrite: false,
    };
  const next = toNextWrite(live, { counter, units: 0 }, nowMs);
  const isQuiet = isOver && live.usedSinceWrite === 0;
  return write(
    { ...consumption, leases, cutMs, units: 0 },
    isQuiet ? { ...next, allowanceUnits: 0 } : next,
    nowMs,
  );
}

const toPlanSettings = ({ settings, isPlanned = false }: Consumption): unknown =>
  isPlanned ? settings : undefined;

type NextWrite = Pick<LiveCounter, "allowanceUnits" | "writes" | "burstUnits" | "burstUntilMs">;

function hasAllowance(live: LiveCounter, { algorithm }: Counter, nowMs: number): boolean {
  return nowMs < live.allowanceUntilMs && live.counter.algorithm === algorithm;
}

/** Whether the row's allowance is aside for as long as a lease that is granted now may last; 0: none is. */
function isAsideFor({ ahead }: LiveCounter, leaseMs: number, nowMs: number): boolean {
  return leaseMs === 0 || nowMs + leaseMs <= (ahead?.untilMs ?? 0);
}

/**
 * Within a second of the last write, the allowance was too small: it doubles. After that second, twice what was used of it
 * is enough for a key whose use does not double within a second; a burst that is over is forgotten by halves.
 */
function toNextWrite(
  live: LiveCounter | undefined,
  { counter, units, isEstimate = false }: Pick<Consumption, "counter" | "units" | "isEstimate">,
  nowMs: number,
): NextWrite {
  const isBurst =
    live !== undefined && nowMs < live.burstUntilMs && live.counter.algorithm === counter.algorithm;
  if (!isBurst)
    return { allowanceUnits: 0, writes: 1, burstUnits: units, burstUntilMs: nowMs + ALLOWANCE_MS };
  const writes = live.writes + 1;
  const isWithin = hasAllowance(live, counter, nowMs);
  const lately = isWithin ? live.burstUnits : Math.max(live.usedSinceWrite, Math.floor(live.burstUnits / 2));
  const burstUnits = lately + units;
  const ahead = isWithin ? burstUnits : 2 * lately;
  const burstUntilMs = live.burstUntilMs + ALLOWANCE_MS;
  const isExact = isEstimate || writes <= EXACT_WRITES;
  return { allowanceUnits: isExact ? 0 : ahead, writes, burstUnits, burstUntilMs };
}

function write(consumption: Consumption, next: NextWrite, nowMs: number): CounterUpdate {
  const { settings, counter, leases, cutMs, leaseMs = 0 } = consumption;
  const planSettings = toPlanSettings(consumption);
  const allowanceUntilMs = nowMs + ALLOWANCE_MS;
  const allowance = { allowanceUntilMs, usedSinceWrite: 0, ...next };
  const algorithm = toAlgorithm(counter.algorithm);
  const tailMs = toBlanketTailMs(counter.algorithm, settings);
  const ahead = toRowAhead(leases, next.allowanceUnits, { allowanceUntilMs, leaseMs });
  if (ahead !== undefined) {
    const charged = algorithm.charge(settings, counter.state, { nowMs: ahead.untilMs, units: ahead.units });
    const expiresAtMs = algorithm.expiresAtMs(settings, charged) + tailMs;
    const fullUntilMs = toFullUntilMs(
      { ...consumption, counter: { ...counter, state: charged } },
      ahead.untilMs,
    );
    const live = {
      planSettings,
      counter,
      written: counter,
      ahead,
      expiresAtMs,
      fullUntilMs,
      leases,
      cutMs,
      ...allowance,
    };
    return { live, mustWrite: true };
  }
  const state =
    next.allowanceUnits === 0
      ? counter.state
      : chargeAhead({ settings, counter, units: next.allowanceUnits }, { nowMs, allowanceUntilMs });
  const written = { algorithm: counter.algorithm, state };
  const expiresAtMs = algorithm.expiresAtMs(settings, state) + tailMs;
  const fullUntilMs =
    next.allowanceUnits === 0 ? 0 : toFullUntilMs({ ...consumption, counter: written }, allowanceUntilMs);
  return {
    live: { planSettings, counter, written, expiresAtMs, fullUntilMs, leases, cutMs, ...allowance },
    mustWrite: true,
  };
}

/** What is charged ahead beyond the limit is not counted: of such a row nothing can be given back twice over. */
function toFullUntilMs({ settings, counter }: Consumption, untilMs: number): number {
  const { remaining } = toAlgorithm(counter.algorithm).decide(settings, counter.state, {
    nowMs: untilMs,
    cost: 0,
  });
  return remaining === 0 ? untilMs : 0;
}

/**
 * The allowance apart from the state: where leases are granted, or may be while it lasts, until the last of them
 * expires.
 */
function toRowAhead(
  leases: CounterLeases = NO_LEASES,
  allowanceUnits: number,
  { allowanceUntilMs, leaseMs }: { readonly allowanceUntilMs: number; readonly leaseMs: number },
): RowAhead | undefined {
  const lastExpiryMs = toExpiries(leases).at(-1)?.expiresMs ?? 0;
  if (lastExpiryMs === 0 && leaseMs === 0) return undefined;
  return {
    units: leases.units + allowanceUnits,
    untilMs: Math.max(lastExpiryMs, allowanceUntilMs + leaseMs),
  };
}

/**
 * The counter as if `units` more had been used by the end of the allowance and nothing had come back by then: what comes
 * back meanwhile is put on top again, for a restart before that end reads this as the state of its moment.
 */
function chargeAhead(
  { settings, counter, units }: Consumption,
  { nowMs, allowanceUntilMs }: { readonly nowMs: number; readonly allowanceUntilMs: number },
): unknown {
  const algorithm = toAlgorithm(counter.algorithm);
  const toRemaining = (atMs: number): number =>
    algorithm.decide(settings, counter.state, { nowMs: atMs, cost: 0 }).remaining;
  const back = toRemaining(allowanceUntilMs) - toRemaining(nowMs);
  // One more for the fraction of a unit that whole numbers of what remains do not show.
  const ahead = units + (back > 0 ? back + 1 : 0);
  return algorithm.charge(settings, counter.state, { nowMs: allowanceUntilMs, units: ahead });
}

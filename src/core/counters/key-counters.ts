// How consuming and settling change the counters of one key.

import { toState } from "./decide-checks.ts";
import type { Charge } from "../algorithms/algorithm.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Check } from "./counter-messages.ts";
import { copyLease, NO_LEASES, type Rules, toCutMs, wasCounted } from "../leases/counter-leases.ts";
import type { Naming, Used } from "./journal.ts";
import { grantLease, type LeaseBounds } from "./grant-leases.ts";
import {
  dropClaimed,
  findCounter,
  listSiblings,
  type Planned,
  toCounterName,
  toPlan,
  toPolicyName,
} from "./plans.ts";
import { consume, type CounterUpdate, giveBack, type LiveCounter } from "./write-ahead.ts";

/** A change of a key, and whether a row must be written for it before the answer may leave. */
export interface Change extends Naming {
  readonly counters: KeyCounters;
  /** Units of an estimate came back: a row must be written for it soon. */
  readonly isReturned?: boolean;
}

/** What is in the way of a lease, by check. */
export interface Bounds {
  readonly toReserved: (check: Check) => number;
  /** What an open blanket still covers; undefined: none does. */
  readonly toRoom: (check: Check) => number | undefined;
}

const UNBOUNDED: Bounds = { toReserved: () => 0, toRoom: () => undefined };

/**
 * Every check consumes its cost: it was just decided, with what is reserved and granted on top, that this is allowed. A
 * shadow policy that would have denied consumes nothing. Then its report is answered, out of what `toReserved` leaves.
 */
export function consumeChecks(
  before: KeyCounters,
  checks: readonly Check[],
  nowMs: number,
  { toReserved, toRoom }: Bounds = UNBOUNDED,
): Change {
  const live = new Map(before.live);
  const used = new UsedList();
  let mustWrite = false;
  let isBegun = false;
  for (const check of checks) {
    const name = toCounterName(check);
    const counter = toConsumed(findCounter(before.live, check, nowMs), check);
    const bounds = { reserved: toReserved(check), room: toRoom(check) };
    const taken = consumeCheck(counter, { check, bounds, nowMs });
    if (taken === undefined) continue;
    isBegun ||= !live.has(name) && counter !== undefined;
    if (!live.has(name)) dropClaimed(live, check);
    live.set(name, taken.live);
    const lentMs = taken.live.leases === counter?.leases ? 0 : taken.leaseMs;
    const taking = { units: taken.units + taken.grantedUnits, lentMs };
    used.add(check, taken.live, taking);
    const others = consumeSiblings(live, { check, taken, taking, used, nowMs });
    mustWrite ||= taken.mustWrite || others;
  }
  // A plan's counter that begins with what the others count: a blanket would not say so.
  return { counters: { ...before, live }, mustWrite, used: isBegun ? undefined : used.toList() };
}

/** What a change used, of what a blanket may cover. */
class UsedList {
  readonly #used: Used[] = [];
  #hasEstimates = false;

  /** `planned`: of the counter's plan. No blanket is to say that any key may have used more of an estimate. */
  add(
    planned: Planned,
    { allowanceUnits }: LiveCounter,
    { units, lentMs }: Pick<Used, "units" | "lentMs">,
  ): void {
    const { algorithm, settings, plan, isEstimate = false } = planned;
    const counterName = toCounterName(planned);
    this.#hasEstimates ||= isEstimate && units > 0;
    if (isEstimate) return;
    const isPlanned = plan !== undefined;
    const taken = Math.max(0, units);
    this.#used.push({ counterName, algorithm, settings, isPlanned, units: taken, lentMs, allowanceUnits });
  }

  toList(): readonly Used[] | undefined {
    return this.#hasEstimates ? undefined : this.#used;
  }
}

/** What another algorithm has granted is not this one's. */
function toConsumed(known: LiveCounter | undefined, { algorithm }: Check): LiveCounter | undefined {
  if (known?.leases === undefined || known.counter.algorithm === algorithm) return known;
  return { ...known, leases: NO_LEASES };
}

/** What a check took of its plan's counter, beside what was granted: so much the other plans' counters take as well. */
interface TakenCheck extends CounterUpdate {
  readonly units: number;
  readonly grantedUnits: number;
  readonly leaseMs: number;
}

/** What one plan takes and grants counts under the others too. Answers whether a row must be written for it. */
function consumeSiblings(
  live: Map<string, LiveCounter>,
  {
    check,
    taken,
    taking,
    used,
    nowMs,
  }: {
    readonly check: Check;
    readonly taken: TakenCheck;
    readonly taking: Pick<Used, "units" | "lentMs">;
    readonly used: UsedList;
    readonly nowMs: number;
  },
): boolean {
  const { algorithm, lease: report, isEstimate } = check;
  const { units, grantedUnits } = taken;
  const changed = changeSiblings(live, { planned: check, ...taking, used }, (sibling, settings) => {
    const { leases = NO_LEASES } = taken.live;
    const copied =
      report === undefined ? sibling.leases : copyLease(leases, sibling.leases ?? NO_LEASES, report.account);
    const { counter, cutMs } =
      units === 0 ? sibling : chargeCounter(sibling, { algorithm, settings }, { nowMs, units });
    const leaseMs = copied === undefined ? 0 : taken.leaseMs;
    const consumption = { settings, isPlanned: true, counter, cutMs, leases: copied, leaseMs, isEstimate };
    return consume(sibling, { ...consumption, units: units + grantedUnits }, nowMs);
  });
  return changed.mustWrite;
}

function changeSiblings(
  live: Map<string, LiveCounter>,
  {
    planned,
    units,
    lentMs,
    used,
  }: Pick<Used, "units" | "lentMs"> & { readonly planned: Planned; readonly used: UsedList },
  change: (sibling: LiveCounter, settings: unknown) => CounterUpdate,
): Pick<CounterUpdate, "mustWrite" | "isReturned"> {
  let mustWrite = false;
  let isReturned = false;
  for (const { counterName, live: sibling, settings } of listSiblings(live, planned)) {
    if (settings === undefined) {
      // It begins anew with what the others count, when its plan is used again.
      live.delete(counterName);
      continue;
    }
    const after = change(sibling, settings);
    live.set(counterName, after.live);
    used.add({ ...planned, settings, plan: toPlan(counterName) }, after.live, { units, lentMs });
    mustWrite ||= after.mustWrite;
    isReturned ||= after.isReturned === true;
  }
  return { mustWrite, isReturned };
}

function consumeCheck(
  live: LiveCounter | undefined,
  { check, bounds, nowMs }: { readonly check: Check; readonly bounds: LeaseBounds; readonly nowMs: number },
): TakenCheck | undefined {
  const { algorithm, settings, cost, isEstimate } = check;
  const before = toState(live?.counter, algorithm);
  const verdict = cost === 0 ? undefined : toAlgorithm(algorithm).decide(settings, before, { nowMs, cost });
  const isTaken = verdict?.outcome === "allowed";
  const state = isTaken ? verdict.state : before;
  const { grantedUnits, ...granted } = grantLease(live, { check, state, bounds, nowMs });
  const isPlanned = check.plan !== undefined;
  const consumption = { settings, isPlanned, isEstimate, counter: { algorithm, state }, ...granted };
  const units = isTaken ? cost : 0;
  const taken = { units, grantedUnits, leaseMs: granted.leaseMs };
  if (isTaken || granted.leases !== live?.leases)
    return { ...consume(live, { ...consumption, units: grantedUnits + units }, nowMs), ...taken };
  if (check.lease === undefined || live?.hasReturned !== true) return undefined;
  return { ...giveBack(live, { ...consumption, units: 0 }, nowMs), ...taken };
}

/** Policies whose counter has the state of another algorithm: consuming starts it afresh. */
export function findChangedAlgorithms({ live }: KeyCounters, checks: readonly Check[]): readonly string[] {
  const isChanged = ({ policy, plan, algorithm, cost }: Check): boolean => {
    const counter = live.get(toCounterName({ policy, plan }))?.counter;
    return cost > 0 && counter !== undefined && counter.algorithm !== algorithm;
  };
  return checks.filter(isChanged).map(({ policy }) => policy);
}

/** Cost to add (positive) or give back (negative), without a decision. */
export interface Correction extends Planned {
  readonly units: number;
  /** They were taken already, and are as good as taken now. */
  readonly isRenewal?: boolean;
}

interface CorrectedAt {
  readonly nowMs: number;
  readonly takenAtMs: number;
}

export function settleChecks(
  before: KeyCounters,
  corrections: readonly Correction[],
  atMs: CorrectedAt,
): Change {
  const live = new Map(before.live);
  const used = new UsedList();
  let mustWrite = false;
  let isReturned = false;
  for (const correction of corrections) {
    const { algorithm, units, isRenewal = false } = correction;
    const counter = findCounter(live, correction, atMs.nowMs);
    const isForeign = counter === undefined ? units < 0 : counter.counter.algorithm !== algorithm;
    if (units === 0 || (isForeign && (units < 0 || isRenewal))) continue;
    const after = correct(counter, correction, atMs);
    live.set(toCounterName(correction), after.live);
    used.add(correction, after.live, { units, lentMs: 0 });
    const others = changeSiblings(
      live,
      { planned: correction, units, lentMs: 0, used },
      (sibling, settings) => correctSibling(sibling, { ...correction, settings }, atMs),
    );
    mustWrite ||= after.mustWrite || others.mustWrite;
    isReturned ||= after.isReturned === true || others.isReturned === true;
  }
  return { counters: { ...before, live }, mustWrite, isReturned, used: used.toList() };
}

/** Adds what these checks take, without a decision. `renewedMs`: they took it then, and as good as take it now. */
export function addChecks(
  before: KeyCounters,
  checks: readonly Check[],
  nowMs: number,
  renewedMs?: number,
): Change {
  const isRenewal = renewedMs !== undefined;
  const corrections = checks.map(({ policy, algorithm, settings, plan, cost, isEstimate }) => {
    return { policy, algorithm, settings, plan, units: cost, isRenewal, isEstimate };
  });
  return settleChecks(before, corrections, { nowMs, takenAtMs: renewedMs ?? nowMs });
}

type Charged = Pick<LiveCounter, "counter" | "cutMs">;

/** A counter after a charge, and when a charge last left it full. */
function chargeCounter(live: Charged | undefined, rules: Rules, charge: Charge): Charged {
  const { algorithm, settings } = rules;
  const state = toAlgorithm(algorithm).charge(settings, toState(live?.counter, algorithm), charge);
  const cutMs = charge.units > 0 ? toCutMs(rules, state) : undefined;
  return { counter: { algorithm, state }, cutMs: cutMs ?? live?.cutMs };
}

/** What is given back under another plan is given back here only where all of it was counted. */
function correctSibling(sibling: LiveCounter, correction: Correction, atMs: CorrectedAt): CounterUpdate {
  const { algorithm, units } = correction;
  const isHeld = toAlgorithm(algorithm).toHeldMs !== undefined;
  if (units < 0 && !isHeld && !wasCounted(sibling.cutMs, atMs.takenAtMs))
    return { live: sibling, mustWrite: false };
  return correct(sibling, correction, atMs);
}

function correct(
  live: LiveCounter | undefined,
  { algorithm, settings, plan, units, isRenewal = false, isEstimate }: Correction,
  { nowMs, takenAtMs }: CorrectedAt,
): CounterUpdate {
  const rules = { algorithm, settings };
  const charged = isRenewal
    ? chargeCounter(chargeCounter(live, rules, { nowMs, units: -units, takenAtMs }), rules, { nowMs, units })
    : chargeCounter(live, rules, { nowMs, units, takenAtMs });
  const isPlanned = plan !== undefined;
  const consumption = { settings, isPlanned, isEstimate, ...charged, units: Math.max(0, units) };
  return units < 0 && live !== undefined
    ? giveBack(live, consumption, nowMs)
    : consume(live, consumption, nowMs);
}

/** Drops what these policies have used, and their bans. What decisions in flight have reserved is not in here. */
export function forgetPolicies(counters: KeyCounters, policies: readonly string[]): Change {
  const isKept = ([name]: readonly [string, unknown]): boolean => !policies.includes(toPolicyName(name));
  const live = new Map([...counters.live].filter(isKept));
  const bans = new Map([...counters.bans].filter(isKept));
  return { counters: { ...counters, live, bans }, mustWrite: true };
}

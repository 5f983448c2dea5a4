// How consuming and settling change the counters of one key.

import type { AlgorithmName } from "../algorithms/registry.ts";
import { toState } from "./decide-checks.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Check } from "./counter-messages.ts";
import { NO_LEASES } from "../leases/counter-leases.ts";
import { grantLease } from "./grant-leases.ts";
import { consume, type CounterUpdate, giveBack, type LiveCounter } from "./write-ahead.ts";

export interface Change {
  readonly counters: KeyCounters;
  /** Whether a row must be written before the answer may leave. */
  readonly mustWrite: boolean;
}

/**
 * Every check consumes its cost: it was just decided, with what is reserved and granted on top, that this is allowed. A
 * shadow policy that would have denied consumes nothing. Then its report is answered, out of what `toReserved` leaves.
 */
export function consumeChecks(
  before: KeyCounters,
  checks: readonly Check[],
  nowMs: number,
  toReserved: (policy: string) => number = () => 0,
): Change {
  const live = new Map(before.live);
  let mustWrite = false;
  for (const check of checks) {
    const known = before.live.get(check.policy);
    const isChanged = known?.leases !== undefined && known.counter.algorithm !== check.algorithm;
    const counter = isChanged ? { ...known, leases: NO_LEASES } : known;
    const after = consumeCheck(counter, { check, reserved: toReserved(check.policy), nowMs });
    if (after === undefined) continue;
    live.set(check.policy, after.live);
    mustWrite ||= after.mustWrite;
  }
  return { counters: { ...before, live }, mustWrite };
}

function consumeCheck(
  live: LiveCounter | undefined,
  { check, reserved, nowMs }: { readonly check: Check; readonly reserved: number; readonly nowMs: number },
): CounterUpdate | undefined {
  const { algorithm, settings, cost } = check;
  const before = toState(live?.counter, algorithm);
  const verdict = cost === 0 ? undefined : toAlgorithm(algorithm).decide(settings, before, { nowMs, cost });
  const isTaken = verdict?.outcome === "allowed";
  const state = isTaken ? verdict.state : before;
  const { grantedUnits, ...granted } = grantLease(live, { check, state, reserved, nowMs });
  const consumption = { settings, counter: { algorithm, state }, ...granted };
  if (isTaken || granted.leases !== live?.leases)
    return consume(live, { ...consumption, units: grantedUnits + (isTaken ? cost : 0) }, nowMs);
  if (check.lease === undefined || live?.hasReturned !== true) return undefined;
  return giveBack(live, { ...consumption, units: 0 }, nowMs);
}

/** Policies whose counter has the state of another algorithm: consuming starts it afresh. */
export function findChangedAlgorithms({ live }: KeyCounters, checks: readonly Check[]): readonly string[] {
  const isChanged = ({ policy, algorithm, cost }: Check): boolean => {
    const counter = live.get(policy)?.counter;
    return cost > 0 && counter !== undefined && counter.algorithm !== algorithm;
  };
  return checks.filter(isChanged).map(({ policy }) => policy);
}

/** Cost to add (positive) or give back (negative), without a decision. */
export interface Correction {
  readonly policy: string;
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
  readonly units: number;
}

export function settleChecks(
  before: KeyCounters,
  corrections: readonly Correction[],
  { nowMs, takenAtMs }: { readonly nowMs: number; readonly takenAtMs: number },
): Change {
  const live = new Map(before.live);
  let mustWrite = false;
  for (const { policy, algorithm, settings, units } of corrections) {
    const counter = live.get(policy);
    if (units === 0 || (units < 0 && counter?.counter.algorithm !== algorithm)) continue;
    const state = toState(counter?.counter, algorithm);
    const charged = toAlgorithm(algorithm).charge(settings, state, { nowMs, units, takenAtMs });
    const consumption = { settings, counter: { algorithm, state: charged }, units: Math.max(0, units) };
    const after =
      units < 0 && counter !== undefined
        ? giveBack(counter, consumption, nowMs)
        : consume(counter, consumption, nowMs);
    live.set(policy, after.live);
    mustWrite ||= after.mustWrite;
  }
  return { counters: { ...before, live }, mustWrite };
}

/** Drops what these policies have used, and their bans. What decisions in flight have reserved is not in here. */
export function forgetPolicies(counters: KeyCounters, policies: readonly string[]): Change {
  const isKept = ([policy]: readonly [string, unknown]): boolean => !policies.includes(policy);
  const live = new Map([...counters.live].filter(isKept));
  const bans = new Map([...counters.bans].filter(isKept));
  return { counters: { ...counters, live, bans }, mustWrite: true };
}

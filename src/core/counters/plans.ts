// Counters of a policy with tiers: one for each plan that a key is used under, and each counts all that the key uses, by
// its own plan's limits. So what one plan takes, refills or forgets never changes what another one still counts: a plan
// decides by its own counter, which holds at least all that was admitted under it. Each also holds all that is granted to
// isolates, under whichever plan: an isolate's lease is of one plan, and what that plan has left beside them is granted.

import { type AlgorithmName, toAlgorithm } from "../algorithms/registry.ts";
import { copyLeases } from "../leases/counter-leases.ts";
import { isObject } from "../schema/parse-with.ts";
import { type LiveCounter, NO_ALLOWANCE } from "./write-ahead.ts";

/** What of a check says which counter it means. */
export interface Planned {
  readonly policy: string;
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
  /** Whose limits these are, "" for the policy's own; undefined: it has one for all. */
  readonly plan?: string | undefined;
  /** See counter-messages.ts. */
  readonly isEstimate?: boolean | undefined;
}

/** Neither a policy's name nor a tier's has it. */
const SEPARATOR = "/";
/** Stands before the limit in the name of a plan whose limit a claim says: "pro=550". No tier's name has it. */
export const CLAIMED = "=";
/** Counters of one key and policy with such limits: there may be any number of these. */
const CLAIMED_MAX = 8;

type Live = ReadonlyMap<string, LiveCounter>;

/** The name of a check's counter among those of its key. */
export function toCounterName({ policy, plan = "" }: Pick<Planned, "policy" | "plan">): string {
  return plan === "" ? policy : policy + SEPARATOR + plan;
}

/** The policy whose counter has this name. */
export function toPolicyName(counterName: string): string {
  return counterName.split(SEPARATOR, 1)[0] ?? "";
}

/** A check's counter. A plan that is new to the key begins with what the others count: what was used stays used. */
export function findCounter(live: Live, check: Planned, nowMs: number): LiveCounter | undefined {
  const own = live.get(toCounterName(check));
  if (own !== undefined || check.plan === undefined) return own;
  const [fullest] = [...listSiblings(live, check)].sort(
    (one, other) => toUsed(other, nowMs) - toUsed(one, nowMs),
  );
  if (fullest === undefined) return undefined;
  const { counter, leases, cutMs } = fullest.live;
  const begun = { counter, cutMs, leases: leases && copyLeases(leases), planSettings: check.settings };
  return { ...begun, written: undefined, expiresAtMs: 0, ...NO_ALLOWANCE };
}

/** The plan whose counter has this name; "" for the policy's own limits. */
export function toPlan(counterName: string): string {
  return counterName.slice(toPolicyName(counterName).length + SEPARATOR.length);
}

/** Removes a counter of another claimed limit where there are too many. Used again, it begins with what the others count. */
export function dropClaimed(live: Map<string, LiveCounter>, check: Planned): void {
  if (check.plan?.includes(CLAIMED) !== true) return;
  const own = toCounterName(check);
  const others = [...live].filter(
    ([name]) => name !== own && name.includes(CLAIMED) && toPolicyName(name) === check.policy,
  );
  if (others.length < CLAIMED_MAX) return;
  const [first] = others.sort(([, one], [, other]) => one.expiresAtMs - other.expiresAtMs);
  if (first !== undefined) live.delete(first[0]);
}

export interface Sibling {
  readonly counterName: string;
  readonly live: LiveCounter;
  /** Of its own plan, as it was last decided by; undefined: not known any more. */
  readonly settings: unknown;
}

/** The counters of the other plans. */
export function listSiblings(live: Live, check: Planned): readonly Sibling[] {
  const { policy, algorithm, plan } = check;
  if (plan === undefined) return [];
  const own = toCounterName(check);
  const siblings: Sibling[] = [];
  for (const [counterName, counter] of live) {
    if (counterName === own || toPolicyName(counterName) !== policy) continue;
    if (counter.counter.algorithm !== algorithm) continue;
    const settings = isLike(counter.planSettings, check.settings) ? counter.planSettings : undefined;
    siblings.push({ counterName, live: counter, settings });
  }
  return siblings;
}

/** Whether settings that were stored, by another deployment perhaps, have the members that this algorithm's have now. */
function isLike(stored: unknown, settings: unknown): boolean {
  if (!isObject(stored) || !isObject(settings)) return false;
  const names = Object.keys(settings);
  return (
    names.length === Object.keys(stored).length &&
    names.every((name) => typeof stored[name] === typeof settings[name])
  );
}

function toUsed({ live, settings }: Sibling, nowMs: number): number {
  if (settings === undefined) return 0;
  const { decide } = toAlgorithm(live.counter.algorithm);
  const toRemaining = (state: unknown): number => decide(settings, state, { nowMs, cost: 0 }).remaining;
  return toRemaining(undefined) - toRemaining(live.counter.state);
}

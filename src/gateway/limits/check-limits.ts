// Decides a request by its route's policies: all or nothing. A denial that is certain, and quota that is leased to this
// isolate, are decided here; all else by the counter objects.

import type { Policy } from "../../core/policies/policy.ts";
import type { CheckVerdict } from "../../core/counters/counter-messages.ts";
import { MARGIN_MS } from "../../core/leases/lease-terms.ts";
import { TURN_MS } from "../../core/leases/counter-leases.ts";
import {
  combineVerdicts,
  type PolicyVerdict,
  toPolicyVerdict,
} from "../../core/policies/combine-verdicts.ts";
import { pickVariants } from "../../core/policies/pick-variants.ts";
import { toCost } from "../../core/policies/route-cost.ts";
import { readClock } from "../../platform/clock.ts";
import { areAllowed, askGroups, type Asking } from "./ask-groups.ts";
import { type CheckedLimits, type Taken, UNCHECKED } from "./checked-limits.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import type { LimiterContext } from "./limiter.ts";
import type { Group, GroupAnswer } from "./counter-client.ts";
import { decideByLeases, takeLater } from "./decide-by-leases.ts";
import { groupPolicies, type PolicyKeys, readKeys } from "./group-policies.ts";
import { overridePolicies } from "./override-policies.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import {
  acceptGrants,
  holdLeases,
  type LeaseTake,
  renewLeases,
  takeLeases,
  toAsking,
  toLeaseVerdicts,
  withLeaseUnits,
} from "./take-leases.ts";

/** A value, and no promise of one, when nobody has to be asked: a hot key's requests, and most of a flood. */
export function checkLimits(
  route: LimitedRoute,
  facts: RequestFacts,
  context: LimiterContext,
): CheckedLimits | Promise<CheckedLimits> {
  if (route.policies.length === 0 || (facts.isUnlimited && route.countsAll !== true)) return UNCHECKED;
  const { config, denials, leases, overrides } = context.gateway;
  const cost = toCost(route.cost, facts);
  const policies = overridePolicies(pickVariants(route, facts), facts, overrides);
  const read = readKeys(policies, facts);
  const { keys, missing } = read;
  if (missing.length > 0) return { ...UNCHECKED, missing };
  if (keys.size === 0) return UNCHECKED;

  const sentMs = readClock();
  // A key is made of all that the request is counted by: not while there is nothing to be found by it.
  const soughtKey = denials.isEmpty ? undefined : toDenialKey(route, facts, { read, cost });
  const known = soughtKey === undefined ? undefined : denials.find(soughtKey, sentMs);
  if (known !== undefined) return { ...UNCHECKED, ...known, policies, keys };
  const toGroups = (): readonly Group[] =>
    groupPolicies(read, facts, { shards: config.counters.shards, cost });
  const take = takeLeases(policies, keys, { leases, cost, nowMs: sentMs });
  if (take?.isDecided === true) return decideByLeases(policies, keys, { take, toGroups, context });
  const denialKey = soughtKey ?? toDenialKey(route, facts, { read, cost });
  return askCounters(policies, { groups: toGroups(), keys }, { denialKey, take, sentMs, context });
}

/** Whom a request concerns: the objects, and the keys of its policies. */
interface Grouped {
  readonly groups: readonly Group[];
  readonly keys: ReadonlyMap<string, string>;
}

interface Asked {
  /** undefined: a denial of this request says nothing about the next. */
  readonly denialKey: string | undefined;
  /** undefined: no policy here may be leased. */
  readonly take: LeaseTake | undefined;
  readonly sentMs: number;
  readonly context: LimiterContext;
}

async function askCounters(
  policies: readonly Policy[],
  grouped: Grouped,
  { denialKey, take, sentMs, context }: Asked,
): Promise<CheckedLimits> {
  const { denials } = context.gateway;
  const id = crypto.randomUUID();
  const refusedBefore = denialKey === undefined ? undefined : denials.takeRefused(denialKey, sentMs);
  const asking = { id, refusedBefore, context };
  if (take === undefined) {
    const answers = await askGroups(grouped.groups, asking);
    const checked = toChecked(policies, { grouped, groups: grouped.groups, answers, id });
    remember(denialKey, checked, { sentMs, context });
    return checked;
  }
  const checked = await askBesideLeases(policies, grouped, { take, sentMs, asking });
  remember(denialKey, checked, { sentMs, context });
  return checked;
}

/** Asks for what leases have not allowed. What they have is given back where the others deny. */
async function askBesideLeases(
  policies: readonly Policy[],
  grouped: Grouped,
  { take, sentMs, asking }: { readonly take: LeaseTake; readonly sentMs: number; readonly asking: Asking },
): Promise<CheckedLimits> {
  const { id, context } = asking;
  const { leases } = context.gateway;
  const release = holdLeases(take, leases);
  const { groups, reports } = toAsking(grouped.groups, take, leases);
  const answers = await askGroups(groups, asking);
  for (const [index, group] of groups.entries()) {
    const answer = answers[index];
    if (answer !== undefined) acceptGrants(answer, take, { leases, reports, sentMs, group });
  }
  const isDenied = !areAllowed(groups, answers);
  release(!isDenied);
  const toGroups = (): readonly Group[] => grouped.groups;
  const later = isDenied ? takeLater(policies, grouped.keys, { take, toGroups, context }) : undefined;
  if (later !== undefined) return later;
  renewLeases(toGroups, take, context);
  const beside = toLeaseVerdicts(take, leases);
  const counted = answers.map((answer) => withLeaseUnits(answer, take, leases));
  return toChecked(policies, { grouped, groups, answers: counted, id, beside });
}

/**
 * A policy that is leased denies by its lease, and reports again when it is its turn. Where the wait is longer than other
 * isolates' leases can explain, its denial is like any other.
 */
function remember(
  denialKey: string | undefined,
  checked: CheckedLimits,
  { sentMs, context }: { readonly sentMs: number; readonly context: LimiterContext },
): void {
  const { answer, policies, degraded } = checked;
  if (denialKey === undefined || degraded.size > 0) return;
  const { outcome, retryAfterMs } = answer;
  const isByLease = policies.some(({ name, lease }) => {
    const isDenying = answer.verdicts.some((one) => one.policy === name && one.retryAfterMs === retryAfterMs);
    return isDenying && lease !== undefined && retryAfterMs < lease.ttlMs + MARGIN_MS + TURN_MS;
  });
  if (outcome === "denied" && isByLease) return;
  context.gateway.denials.remember(denialKey, checked, { sentMs, receivedMs: readClock() });
}

/** A denial that still stands, without asking anybody. */
export function findDenial(
  route: LimitedRoute,
  facts: RequestFacts,
  { gateway }: LimiterContext,
): CheckedLimits | undefined {
  const cost = toCost(route.cost, facts);
  const policies = pickVariants(route, facts);
  const read = readKeys(policies, facts);
  const denialKey = toDenialKey(route, facts, { read, cost });
  const answer = denialKey === undefined ? undefined : gateway.denials.peek(denialKey, readClock());
  return answer === undefined ? undefined : { ...UNCHECKED, policies, answer, keys: read.keys };
}

/** What like requests have in common; undefined where no denial is certain. Limits differ by tier, and their counters do not. */
function toDenialKey(
  { index }: LimitedRoute,
  { identity }: RequestFacts,
  { read, cost }: { readonly read: PolicyKeys; readonly cost: number },
): string | undefined {
  if (!read.isRepeatable) return undefined;
  return `${index} ${cost} ${identity?.tier ?? ""} ${[...read.keys.values()].join("\n")}`;
}

interface Answered {
  readonly grouped: Grouped;
  /** Those that were asked. */
  readonly groups: readonly Group[];
  readonly answers: readonly GroupAnswer[];
  readonly id: string;
  /** What was decided without asking. */
  readonly beside?: readonly CheckVerdict[];
}

function toChecked(
  policies: readonly Policy[],
  { grouped, groups, answers, id, beside = [] }: Answered,
): CheckedLimits {
  const byPolicy = new Map<string, CheckVerdict>(beside.map((verdict) => [verdict.policy, verdict]));
  const degraded = new Map<string, string>();
  const shadowNames = new Set<string>();
  const taken: Taken[] = [];
  for (const [index, group] of groups.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    taken.push({ id, group, answer });
    for (const name of group.shadows) shadowNames.add(name);
    for (const verdict of answer.verdicts) byPolicy.set(verdict.policy, verdict);
    if (answer.failure === undefined) continue;
    for (const { name } of group.policies) degraded.set(name, answer.failure);
  }
  const enforced: PolicyVerdict[] = [];
  const shadows: PolicyVerdict[] = [];
  for (const policy of policies) {
    const verdict = byPolicy.get(policy.name);
    if (verdict !== undefined)
      (shadowNames.has(policy.name) ? shadows : enforced).push(toPolicyVerdict(verdict, policy));
  }
  const answer = combineVerdicts(enforced);
  return {
    policies,
    answer,
    shadows,
    keys: grouped.keys,
    missing: [],
    degraded,
    taken: answer.outcome === "allowed" ? taken : [],
  };
}

// Asks a route's policies about a request: all or nothing. Policies whose keys live in one counter object are one call;
// with several objects all hold at once, and all commit when all have said yes. A certain denial is not asked twice.

import type { Policy, Route } from "../core/config/config.ts";
import type { CheckVerdict, Committed, Refused } from "../core/counters/messages.ts";
import { MARGIN_MS } from "../core/lease/lease-terms.ts";
import { TURN_MS } from "../core/lease/lent-quota.ts";
import {
  combineVerdicts,
  type LimitAnswer,
  type PolicyVerdict,
  toPolicyVerdict,
  UNLIMITED,
} from "../core/policies/combine-verdicts.ts";
import { resolvePolicies } from "../core/policies/resolve-settings.ts";
import { toCost } from "../core/policies/route-cost.ts";
import { readClock } from "../platform/clock.ts";
import { type Group, type GroupAnswer, isAllowed, type Question } from "./counter-client.ts";
import { decideByLeases, takeLater } from "./decide-by-leases.ts";
import type { Gateway } from "./gateway.ts";
import { type Grouped, groupPolicies } from "./group-policies.ts";
import { overridePolicies } from "./override-policies.ts";
import type { RequestFacts } from "./request-facts.ts";
import {
  acceptGrants,
  giveLeasesBack,
  type LeaseTake,
  renewLeases,
  takeLeases,
  toAsking,
  toLeaseVerdicts,
} from "./take-leases.ts";

/** One object's part in an allowed decision: what a settlement corrects. */
export interface Taken {
  readonly id: string;
  readonly group: Group;
  readonly answer: GroupAnswer;
}

/** What limits a request: a route, or what stands for one. */
export type Limited = Pick<Route, "index" | "path" | "policies" | "hasVariants" | "cost">;

export interface CheckedLimits {
  /** The policies that were asked, with the limits that are the request's. */
  readonly policies: readonly Policy[];
  readonly answer: LimitAnswer;
  /** What policies said that refuse nobody. */
  readonly shadows: readonly PolicyVerdict[];
  /** The counter key of each policy that was asked, by its name: for the log, which hashes it. */
  readonly keys: ReadonlyMap<string, string>;
  /** Policies that refuse because what they count by is missing. */
  readonly missing: readonly string[];
  /** Policies that were decided without their counter object, and why. */
  readonly degraded: ReadonlyMap<string, string>;
  /** Empty unless the request was allowed. */
  readonly taken: readonly Taken[];
}

export interface LimitContext {
  readonly gateway: Gateway;
  /** Lets what need not be waited for go on after the response. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

const UNCHECKED: CheckedLimits = {
  policies: [],
  answer: UNLIMITED,
  shadows: [],
  keys: new Map(),
  missing: [],
  degraded: new Map(),
  taken: [],
};

/** A value, and no promise of one, when nobody has to be asked: a hot key's requests, and most of a flood. */
export function checkLimits(
  route: Limited,
  facts: RequestFacts,
  context: LimitContext,
): CheckedLimits | Promise<CheckedLimits> {
  if (route.policies.length === 0 || facts.isUnlimited) return UNCHECKED;
  const { config, denials, leases, overrides } = context.gateway;
  const cost = toCost(route.cost, facts);
  const policies = overridePolicies(resolvePolicies(route, facts), facts, overrides);
  const grouped = groupPolicies(policies, facts, { shards: config.counters.shards, cost });
  const { groups, keys, missing } = grouped;
  if (missing.length > 0) return { ...UNCHECKED, missing };
  if (groups.length === 0) return UNCHECKED;

  const denialKey = toDenialKey(route, facts, { grouped, cost });
  const sentMs = readClock();
  const known = denialKey === undefined ? undefined : denials.find(denialKey, sentMs);
  if (known !== undefined) return { ...UNCHECKED, ...known, policies, keys };
  const take = takeLeases(policies, keys, { leases, cost, nowMs: sentMs });
  if (take?.isDecided === true) return decideByLeases(policies, grouped, { take, context });
  return askCounters(policies, grouped, { denialKey, take, sentMs, context });
}

interface Asked {
  /** undefined: a denial of this request says nothing about the next. */
  readonly denialKey: string | undefined;
  /** undefined: no policy here may be leased. */
  readonly take: LeaseTake | undefined;
  readonly sentMs: number;
  readonly context: LimitContext;
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
  const { groups, reports } = toAsking(grouped.groups, take, leases);
  const answers = await askGroups(groups, asking);
  for (const [index, group] of groups.entries()) {
    const answer = answers[index];
    if (answer !== undefined) acceptGrants(answer, take, { leases, reports, sentMs, group });
  }
  const isDenied = !areAllowed(groups, answers);
  if (isDenied) giveLeasesBack(take, leases);
  const later = isDenied ? takeLater(policies, grouped, { take, context }) : undefined;
  if (later !== undefined) return later;
  renewLeases(grouped.groups, take, context);
  const beside = toLeaseVerdicts(take, leases);
  return toChecked(policies, { grouped, groups, answers, id, beside });
}

/**
 * A policy that is leased refuses by its lease, and asks again when it is its turn. Where the wait is longer than what is
 * lent out can explain, its denial is like any other.
 */
function remember(
  denialKey: string | undefined,
  checked: CheckedLimits,
  { sentMs, context }: { readonly sentMs: number; readonly context: LimitContext },
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
  route: Limited,
  facts: RequestFacts,
  { gateway }: LimitContext,
): CheckedLimits | undefined {
  const cost = toCost(route.cost, facts);
  const policies = resolvePolicies(route, facts);
  const grouped = groupPolicies(policies, facts, { shards: gateway.config.counters.shards, cost });
  const denialKey = toDenialKey(route, facts, { grouped, cost });
  const answer = denialKey === undefined ? undefined : gateway.denials.peek(denialKey, readClock());
  return answer === undefined ? undefined : { ...UNCHECKED, policies, answer, keys: grouped.keys };
}

/** What like requests have in common; undefined where no denial is certain. Limits differ by tier, and their counters do not. */
function toDenialKey(
  { index }: Limited,
  { identity }: RequestFacts,
  { grouped, cost }: { readonly grouped: Grouped; readonly cost: number },
): string | undefined {
  if (!grouped.isRepeatable) return undefined;
  return `${index} ${cost} ${identity?.tier ?? ""} ${[...grouped.keys.values()].join("\n")}`;
}

interface Asking {
  readonly id: string;
  readonly refusedBefore: Refused | undefined;
  readonly context: LimitContext;
}

/** One object: one call. Several: hold in all, then commit in all, or give back; nothing is consumed unless all commit. */
async function askGroups(
  groups: readonly Group[],
  { id, refusedBefore, context }: Asking,
): Promise<readonly GroupAnswer[]> {
  const { counters } = context.gateway;
  const askAll = (question: Omit<Question, "id">): Promise<readonly GroupAnswer[]> =>
    Promise.all(groups.map((group) => counters.ask(group, { ...question, id })));
  if (groups.length === 1) return askAll({ phase: "take", refusedBefore });
  const held = await askAll({ phase: "hold", refusedBefore });
  if (!areAllowed(groups, held)) {
    context.waitUntil(askAll({ phase: "release" }));
    return held;
  }
  const committed = await askAll({ phase: "commit" });
  if (areAllowed(groups, committed)) {
    for (const group of groups) counters.confirm(group, id);
    return committed;
  }
  const releases = groups.map((group, index) =>
    counters.ask(group, { phase: "release", id, committed: toCommitted(group, committed[index]) }),
  );
  context.waitUntil(Promise.all(releases));
  return committed;
}

/** What an object's own commit consumed, as far as it answered. */
function toCommitted(group: Group, answer: GroupAnswer | undefined): Committed | undefined {
  if (answer === undefined || answer.failure !== undefined || !isAllowed(answer.verdicts, group))
    return undefined;
  const allowed = answer.verdicts.filter(({ outcome }) => outcome === "allowed");
  return { takenAtMs: answer.takenAtMs, policies: allowed.map(({ policy }) => policy) };
}

function areAllowed(groups: readonly Group[], answers: readonly GroupAnswer[]): boolean {
  return groups.every((group, index) => isAllowed(answers[index]?.verdicts ?? [], group));
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

// Asks a route's policies about a request: all or nothing. Policies whose keys live in one counter object are one call;
// with several objects all hold at once, and all commit when all have said yes.

import type { Config, Policy, Route } from "../core/config/config.ts";
import type { Check, CheckVerdict, KeyChecks, Phase } from "../core/counters/messages.ts";
import { type CounterKey, toCounterKey } from "../core/keys/counter-key.ts";
import {
  combineVerdicts,
  type LimitAnswer,
  type PolicyVerdict,
  toPolicyVerdict,
  UNLIMITED,
} from "../core/policies/combine-verdicts.ts";
import type { CounterClient, Group, GroupAnswer } from "./counter-client.ts";
import type { RequestFacts } from "./request-facts.ts";

export interface CheckedLimits {
  readonly answer: LimitAnswer;
  /** The counter key of each policy that was asked, by its name: for the log, which hashes it. */
  readonly keys: ReadonlyMap<string, string>;
  /** Policies that refuse because what they count by is missing. */
  readonly missing: readonly string[];
  /** Policies that were decided without their counter object, and why. */
  readonly degraded: ReadonlyMap<string, string>;
}

export interface LimitContext {
  readonly counters: CounterClient;
  readonly config: Config;
  /** Lets what need not be waited for go on after the response. */
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

const UNCHECKED: CheckedLimits = { answer: UNLIMITED, keys: new Map(), missing: [], degraded: new Map() };

export async function checkLimits(
  route: Route,
  facts: RequestFacts,
  context: LimitContext,
): Promise<CheckedLimits> {
  if (route.policies.length === 0) return UNCHECKED;
  const { groups, keys, missing } = toGroups(route, facts, context.config.counters.shards);
  if (missing.length > 0) return { ...UNCHECKED, missing };
  const [only] = groups;
  if (only === undefined) return UNCHECKED;
  const answers =
    groups.length === 1
      ? [await context.counters.ask(only, "take", crypto.randomUUID())]
      : await askTogether(groups, context);
  return toChecked(route, { groups, answers, keys });
}

/** Reserve in all, then commit in all, or give back. Nothing is consumed anywhere unless every object has committed. */
async function askTogether(
  groups: readonly Group[],
  { counters, waitUntil }: LimitContext,
): Promise<readonly GroupAnswer[]> {
  const id = crypto.randomUUID();
  const askAll = (phase: Phase): Promise<readonly GroupAnswer[]> =>
    Promise.all(groups.map((group) => counters.ask(group, phase, id)));
  const held = await askAll("hold");
  if (!held.every(isAllowed)) {
    waitUntil(askAll("release"));
    return held;
  }
  const committed = await askAll("commit");
  if (!committed.every(isAllowed)) waitUntil(askAll("release"));
  return committed;
}

function isAllowed({ verdicts }: GroupAnswer): boolean {
  return verdicts.every(({ outcome }) => outcome === "allowed");
}

interface Grouped {
  readonly groups: readonly Group[];
  readonly keys: ReadonlyMap<string, string>;
  readonly missing: readonly string[];
}

/** Sorts the route's policies by the object that owns their counter, and by key within it. */
function toGroups(route: Route, facts: RequestFacts, shards: number): Grouped {
  const objects = new Map<string, Map<string, Policy[]>>();
  const keys = new Map<string, string>();
  const missing: string[] = [];
  for (const policy of route.policies) {
    const counterKey = toCounterKey(policy.key, facts, { onMissing: policy.onMissing, shards });
    if (counterKey === "deny") missing.push(policy.name);
    if (typeof counterKey === "string") continue;
    keys.set(policy.name, counterKey.key);
    addPolicy(objects, counterKey, policy);
  }
  const groups = [...objects].map(([object, byKey]) => toGroup(object, byKey, route.cost));
  return { groups, keys, missing };
}

function addPolicy(
  objects: Map<string, Map<string, Policy[]>>,
  { object, key }: CounterKey,
  policy: Policy,
): void {
  const byKey = objects.get(object) ?? new Map<string, Policy[]>();
  const policies = byKey.get(key) ?? [];
  policies.push(policy);
  byKey.set(key, policies);
  objects.set(object, byKey);
}

function toGroup(object: string, byKey: ReadonlyMap<string, readonly Policy[]>, cost: number): Group {
  const keys: KeyChecks[] = [];
  const policies: Policy[] = [];
  for (const [key, keyed] of byKey) {
    const toCheck = ({ name, algorithm, settings }: Policy): Check => ({
      policy: name,
      algorithm,
      settings,
      cost,
    });
    keys.push({ key, checks: keyed.map(toCheck) });
    policies.push(...keyed);
  }
  return { object, keys, policies };
}

function toChecked(
  route: Route,
  { groups, answers, keys }: Pick<Grouped, "groups" | "keys"> & { readonly answers: readonly GroupAnswer[] },
): CheckedLimits {
  const byPolicy = new Map<string, CheckVerdict>();
  const degraded = new Map<string, string>();
  for (const [index, { verdicts, failure }] of answers.entries()) {
    for (const verdict of verdicts) byPolicy.set(verdict.policy, verdict);
    if (failure === undefined) continue;
    for (const { name } of groups[index]?.policies ?? []) degraded.set(name, failure);
  }
  const verdicts: PolicyVerdict[] = [];
  for (const policy of route.policies) {
    const verdict = byPolicy.get(policy.name);
    if (verdict !== undefined) verdicts.push(toPolicyVerdict(verdict, policy));
  }
  return { answer: combineVerdicts(verdicts), keys, missing: [], degraded };
}

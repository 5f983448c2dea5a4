// Says what would become of a request, by the same steps as handle-request.ts takes, and takes nothing.

import { findBan } from "../core/control/ban-index.ts";
import type { ExplainedPolicy, Explanation } from "../core/control/explanation.ts";
import { isEnforcedKey, toCounterKey, toObjectName } from "../core/keys/counter-key.ts";
import { matchRoute } from "../core/policies/match-route.ts";
import { toCost } from "../core/policies/route-cost.ts";
import { readClock } from "../platform/clock.ts";
import type { Gateway } from "./gateway.ts";
import { findOverrides } from "./override-policies.ts";
import { shapeRequest } from "./shape-request.ts";
import { readFacts, type RequestFacts } from "./request-facts.ts";

const NOTHING: Explanation = {
  problem: undefined,
  path: undefined,
  route: undefined,
  ban: undefined,
  cost: undefined,
  isCached: false,
  policies: [],
};

export async function explain(request: Request, gateway: Gateway): Promise<Explanation> {
  const { config, bans } = gateway;
  const parsed = readFacts(request, config);
  if (!parsed.ok) return { ...NOTHING, problem: parsed.error };
  const { path } = parsed.value;
  const route = matchRoute(config.routes, parsed.value);
  if (route === undefined) return { ...NOTHING, path, problem: "no-route" };
  const shaped = shapeRequest(parsed, route, config);
  if (!shaped.ok) return { ...NOTHING, path, problem: "invalid-fields" };
  const facts = shaped.value;
  facts.pattern = route.pattern;
  const ban = findBan(bans, facts, readClock());
  return Promise.resolve({
    problem: ban === undefined ? undefined : "banned",
    path,
    route: { index: route.index, name: route.name },
    ban: ban === undefined ? undefined : { id: ban.id, reason: ban.reason },
    cost: toCost(route.cost, facts),
    isCached: route.cache !== undefined,
    policies: explainPolicies(route.policies, facts, gateway),
  });
}

function explainPolicies(
  policies: Parameters<typeof findOverrides>[0],
  facts: RequestFacts,
  { config, overrides }: Gateway,
): readonly ExplainedPolicy[] {
  const found = findOverrides(policies, facts, overrides);
  return policies.map((written, index) => {
    const applied = found[index];
    const policy = applied?.policy ?? written;
    const { name, key, onMissing, limit, windowMs } = policy;
    const counted = toCounterKey(key, facts, { onMissing });
    const counter =
      typeof counted === "string"
        ? counted
        : { key: counted.key, object: toObjectName(counted, facts, config.counters.shards) };
    return {
      policy: name,
      limit,
      windowMs,
      decidedBy: applied === undefined ? "policy" : "override",
      override:
        applied === undefined ? undefined : { id: applied.override.id, reason: applied.override.reason },
      counter,
      isShadow: !isEnforcedKey(typeof counter === "string" ? "" : counter.key, policy),
    };
  });
}

// Says what would become of a request, by the same steps as handle-request.ts takes, and takes nothing.

import { decideAccess } from "../core/access/access-list.ts";
import type { Route } from "../core/routes/route.ts";
import type { Policy } from "../core/policies/policy.ts";
import type { Identity } from "../core/keys/identity.ts";
import { findMissingScopes } from "../core/consumers/verdict.ts";
import { findBan } from "../core/control/ban-index.ts";
import type { ExplainedPolicy, Explanation } from "../core/control/explanation.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { isEnforcedKey, toCounterKey, toObjectName } from "../core/keys/counter-key.ts";
import { matchRoute } from "../core/routes/match-route.ts";
import { pickVariants } from "../core/policies/pick-variants.ts";
import { toCost } from "../core/policies/route-cost.ts";
import type { LimitedRoute } from "../core/policies/limited-route.ts";
import { readClock } from "../platform/clock.ts";
import { type AskedPreflight, findPreflight } from "./cors/find-preflight.ts";
import { toCaller } from "./request/caller.ts";
import type { Gateway } from "./gateway.ts";
import { findOverrides } from "./limits/override-policies.ts";
import { shapeRequest } from "./shape/shape-request.ts";
import { type ReadRequest, readRequest } from "./request/read-request.ts";
import { type RequestFacts, toRoutedFacts } from "./request/request-facts.ts";

const NOTHING: Explanation = {
  problem: undefined,
  path: undefined,
  route: undefined,
  preflight: undefined,
  ban: undefined,
  cost: undefined,
  consumer: undefined,
  isUnlimited: false,
  isCached: false,
  policies: [],
};

/** `identity` is whose credential the request is taken to show; undefined: nobody's. */
export function explain(request: Request, identity: Identity | undefined, gateway: Gateway): Explanation {
  const { config, bans } = gateway;
  const read = readRequest(request, config);
  if (!read.ok) return { ...NOTHING, problem: read.error };
  const { path } = read.value;
  if (read.value.isOwn) return { ...NOTHING, path, problem: "no-route" };
  const preflight = findPreflight(read.value, config);
  if (preflight !== undefined) return explainPreflight(preflight, read.value, gateway);
  const route = matchRoute(config.routes, read.value);
  if (route === undefined) return { ...NOTHING, path, problem: "no-route" };
  const routed = shapeRequest(read.value, route, config);
  if (routed instanceof Response) return { ...NOTHING, path, problem: "invalid-fields" };
  const nowMs = readClock();
  const access = decideAccess(route.access, routed, gateway.access?.at(nowMs));
  const caller =
    route.auth === "none" || identity === undefined
      ? undefined
      : toCaller({ identity, place: "authorization", hash: "" }, route);
  const facts = routed.admit({ caller, isUnlimited: access.isUnlimited });
  const ban = findBan(bans, facts, nowMs);
  return {
    problem: ban === undefined ? findProblem(route, facts, access.isDenied) : "banned",
    path,
    route: { index: route.index, name: route.name },
    preflight: undefined,
    ban: ban === undefined ? undefined : { id: ban.id, reason: ban.reason },
    cost: toCost(route.cost, facts),
    consumer: facts.identity?.consumer,
    isUnlimited: facts.isUnlimited,
    isCached: route.cache !== undefined,
    policies: explainPolicies(route, facts, gateway),
  };
}

/** No route's policy counts it and no credential is asked for; what goes to an origin is for clients that may come in. */
function explainPreflight({ by, route }: AskedPreflight, read: ReadRequest, gateway: Gateway): Explanation {
  const named = route === undefined ? undefined : { index: route.index, name: route.name };
  const explained = { ...NOTHING, path: read.path, route: named, preflight: by };
  if (by === "gateway") return explained;
  const facts = toRoutedFacts(read, route).admit({ caller: undefined, isUnlimited: false });
  const nowMs = readClock();
  const ban = findBan(gateway.bans, facts, nowMs);
  const { isDenied } = decideAccess(route.access, facts, gateway.access?.at(nowMs));
  return {
    ...explained,
    problem: ban === undefined ? findProblem({ auth: "none", scopes: [] }, facts, isDenied) : "banned",
    ban: ban === undefined ? undefined : { id: ban.id, reason: ban.reason },
    cost: 1,
    policies: explainPolicies(gateway.preflights, facts, gateway),
  };
}

/** What refuses the request before any limit, beside a ban. */
function findProblem(
  { auth, scopes }: Pick<Route, "auth" | "scopes">,
  { identity }: RequestFacts,
  isDenied: boolean,
): ProblemCode | undefined {
  if (isDenied) return "access-denied";
  if (identity === undefined) return auth === "required" ? "credential-missing" : undefined;
  return findMissingScopes(identity, scopes).length > 0 ? "scope-missing" : undefined;
}

function explainPolicies(
  route: LimitedRoute,
  facts: RequestFacts,
  { config, overrides }: Gateway,
): readonly ExplainedPolicy[] {
  const picked = pickVariants(route, facts);
  const found = findOverrides(picked, facts, overrides);
  return picked.map((own, index) => {
    const applied = found[index];
    const { name, key, onMissing, limit, windowMs } = applied?.policy ?? own;
    // What an override changes is counted where it was counted before.
    const counted = toCounterKey(key, facts, { onMissing, variantName: own.variantName });
    const counter =
      typeof counted === "string"
        ? counted
        : { key: counted.key, object: toObjectName(counted, facts, config.counters.shards) };
    return {
      policy: name,
      limit,
      windowMs,
      decidedBy: applied === undefined ? toSource(own, route.policies[index], facts) : "override",
      override:
        applied === undefined ? undefined : { id: applied.override.id, reason: applied.override.reason },
      counter,
      isShadow: !isEnforcedKey(typeof counter === "string" ? "" : counter.key, own),
    };
  });
}

function toSource(
  own: Policy,
  written: Policy | undefined,
  { identity }: RequestFacts,
): ExplainedPolicy["decidedBy"] {
  if (own === written) return "policy";
  const ofTier = identity?.tier === undefined ? undefined : written?.tiers.get(identity.tier);
  return own === ofTier ? "tier" : "limits";
}

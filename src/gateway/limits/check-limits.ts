// Decides a request by its route's policies: all or nothing. A denial that is certain, and quota that is leased to this
// isolate, are decided here; all else by the counter objects. Each step writes in the request's rows.

import type { Facts } from "../../core/keys/facts.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { pickVariants } from "../../core/policies/pick-variants.ts";
import { isPermit } from "../../core/policies/policy.ts";
import { toCost } from "../../core/policies/route-cost.ts";
import { readClock } from "../../platform/clock.ts";
import { answerByLeases } from "./answer-by-leases.ts";
import { askCounters } from "./ask-counters.ts";
import { type CheckedLimits, UNCHECKED } from "./checked-limits.ts";
import type { LimitedFacts, LimiterContext } from "./limiter.ts";
import { overridePolicies } from "./override-policies.ts";
import { findUncounted, readRows } from "../../core/policies/read-rows.ts";
import { toDenialKey, toRemembered } from "./remembered-denials.ts";
import { takeLeases } from "./take-leases.ts";

/** A value, and no promise of one, when nobody has to be asked: a hot key's requests, and most of a flood. */
export function checkLimits(
  route: LimitedRoute,
  facts: LimitedFacts,
  context: LimiterContext,
): CheckedLimits | Promise<CheckedLimits> {
  if (route.policies.length === 0 || (facts.isUnlimited === true && route.countsAll !== true))
    return UNCHECKED;
  const { denials, leases, overrides } = context.gateway;
  const policies = overridePolicies(pickVariants(route, facts), facts, overrides);
  const cost = toCost(route.cost, facts);
  const rows = readRows(policies, facts, cost, toShareReader(route, facts, context));
  const uncounted = findUncounted(policies, rows, { facts, cost });
  if (uncounted.missing.length + uncounted.excluding.length > 0) return { ...UNCHECKED, ...uncounted };
  if (rows.length === 0) return UNCHECKED;

  const nowMs = readClock();
  // A key is made of all that the request is counted by: not while there is nothing to be found by it.
  const soughtKey = isAlone(context) ? undefined : toDenialKey(route, facts, rows);
  const denial = soughtKey === undefined ? undefined : denials.find(soughtKey, nowMs);
  if (denial !== undefined) return toRemembered(denial, policies, rows);

  const request = { policies, rows, facts, nowMs, context };
  const leased = takeLeases(rows, leases, nowMs);
  if (leased !== "ask") return answerByLeases(request, leased);
  const asked = askCounters(request, soughtKey ?? toDenialKey(route, facts, rows));
  // Permits that come when the client has left must go back: of its request only what is waited for goes on.
  if (policies.some(isPermit)) context.waitUntil(asked);
  return asked;
}

/** Nothing that is remembered answers it: there is nothing, or its counter must know that it waits, to hold others back. */
function isAlone({ gateway: { denials }, place }: LimiterContext): boolean {
  return denials.isEmpty || (place !== undefined && place.patienceMs > 0);
}

/** How much is let in by the pools that limits follow; undefined: none does, and nobody pays for it. */
function toShareReader(
  route: LimitedRoute,
  facts: Facts,
  context: LimiterContext,
): ((pool: string) => number) | undefined {
  const { shares } = context.gateway;
  return shares && ((pool) => shares.read(pool, { route, facts }, context));
}

/** A denial that still stands, without asking anybody. */
export function findDenial(
  route: LimitedRoute,
  facts: Facts,
  context: LimiterContext,
): CheckedLimits | undefined {
  const { denials } = context.gateway;
  const policies = pickVariants(route, facts);
  const cost = toCost(route.cost, facts);
  const rows = readRows(policies, facts, cost, toShareReader(route, facts, context));
  const denialKey = toDenialKey(route, facts, rows);
  const answer = denialKey === undefined ? undefined : denials.peek(denialKey, readClock());
  return answer === undefined ? undefined : toRemembered({ answer, shadows: [] }, policies, rows);
}

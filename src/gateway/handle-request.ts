// The way of a request, top to bottom: facts -> canonical path -> route -> limits -> origin -> headers -> record.

import { matchRoute } from "../core/policies/match-route.ts";
import { readClock } from "../platform/clock.ts";
import { checkLimits } from "./check-limits.ts";
import { forward } from "./forward.ts";
import type { Gateway } from "./gateway.ts";
import { toProblemResponse } from "./problem-response.ts";
import { addRateLimitFields, toRefusal } from "./rate-limit-response.ts";
import { recordDegraded, recordDenied, recordFailed } from "./record.ts";
import { readFacts } from "./request-facts.ts";

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  context: ExecutionContext,
): Promise<Response> {
  const { config, counters } = gateway;
  const startedMs = readClock();

  const facts = readFacts(request, config);
  if (!facts.ok) return toProblemResponse(facts.error, config);
  const route = matchRoute(config.routes, facts.value);
  if (route === undefined) return toProblemResponse("no-route", config);
  const record = { config, route, facts: facts.value, startedMs };

  const waitUntil = (promise: Promise<unknown>): void => {
    context.waitUntil(promise);
  };
  const limits = await checkLimits(route, facts.value, { counters, config, waitUntil });
  if (limits.degraded.size > 0) recordDegraded(record, limits);
  const refusal = toRefusal(limits, route);
  if (refusal !== undefined) {
    recordDenied(record, limits, refusal);
    const response = toProblemResponse(refusal.code, { name: config.name, violated: refusal.violated });
    return addRateLimitFields(response, limits, gateway.policyFields.get(route));
  }

  const forwarded = await forward(facts.value, { config, timeoutMs: route.timeoutMs });
  if (!forwarded.ok) recordFailed(record, forwarded.error);
  const response = forwarded.ok ? forwarded.value : toProblemResponse(forwarded.error.code, config);
  return addRateLimitFields(response, limits, gateway.policyFields.get(route));
}

// The way of a request, top to bottom: facts -> canonical path -> route -> limits -> origin -> headers -> record.

import { matchRoute } from "../core/policies/match-route.ts";
import { readClock } from "../platform/clock.ts";
import { checkLimits } from "./check-limits.ts";
import { forward } from "./forward.ts";
import type { Gateway } from "./gateway.ts";
import { toProblemResponse } from "./problem-response.ts";
import { addRateLimitFields, toRefusal } from "./rate-limit-response.ts";
import { recordDenied, recordFailed, recordLimits } from "./record.ts";
import { readFacts } from "./request-facts.ts";
import { settleLimits } from "./settle-limits.ts";

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  context: ExecutionContext,
): Promise<Response> {
  const { config } = gateway;
  const startedMs = readClock();

  const facts = readFacts(request, config);
  if (!facts.ok) return toProblemResponse(facts.error, config);
  const route = matchRoute(config.routes, facts.value);
  if (route === undefined) return toProblemResponse("no-route", config);
  const record = { config, route, facts: facts.value, startedMs };

  const waitUntil = (promise: Promise<unknown>): void => {
    context.waitUntil(promise);
  };
  const limitContext = { gateway, waitUntil };
  const limits = await checkLimits(route, facts.value, limitContext);
  recordLimits(record, limits);
  const refusal = toRefusal(limits, route);
  if (refusal !== undefined) {
    recordDenied(record, limits, refusal);
    const response = toProblemResponse(refusal.code, { name: config.name, violated: refusal.violated });
    return addRateLimitFields(response, limits, { gateway, route });
  }
  if (limits.answer.delayMs > 0) await scheduler.wait(limits.answer.delayMs);

  const forwarded = await forward(facts.value, { config, timeoutMs: route.timeoutMs });
  if (!forwarded.ok) recordFailed(record, forwarded.error);
  const response = forwarded.ok ? forwarded.value : toProblemResponse(forwarded.error.code, config);
  return addRateLimitFields(settleLimits(response, limits, limitContext), limits, { gateway, route });
}

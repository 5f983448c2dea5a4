// The way of a request, top to bottom: facts -> canonical path -> route -> bans -> access lists ->
// credential -> limits -> cache -> origin -> headers -> record.
// Where a route's hits are free the look-up comes before the limits, and a hit skips them.

import { matchRoute } from "../core/policies/match-route.ts";
import { readClock } from "../platform/clock.ts";
import { admit } from "./admit.ts";
import { answerThroughCache } from "./answer-through-cache.ts";
import type { ThroughCache } from "./cache-exchange.ts";
import { askOrigin } from "./ask-origin.ts";
import { checkLimits } from "./check-limits.ts";
import type { CheckedLimits, LimitContext } from "./checked-limits.ts";
import type { OriginAnswer } from "./forward.ts";
import type { Gateway } from "./gateway.ts";
import { invalidateAfter } from "./invalidate-after.ts";
import { cancelLookUp, isHit, type Look } from "./look-up.ts";
import { toProblemResponse } from "./problem-response.ts";
import { addLimitFields, toDenial, toRefusal } from "./rate-limit-response.ts";
import { recordDenied, type Recorded, recordFailed, recordLimits } from "./record.ts";
import { readFacts } from "./request-facts.ts";
import { settleLimits, settleWhenClientLeaves } from "./settle-limits.ts";
import { toThroughCache } from "./through-cache.ts";

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  execution: ExecutionContext,
): Promise<Response> {
  const { config } = gateway;
  const startedMs = readClock();

  const parsed = readFacts(request, config);
  if (!parsed.ok) return toProblemResponse(parsed.error, config);
  const facts = parsed.value;
  const route = matchRoute(config.routes, facts);
  if (route === undefined) return toProblemResponse("no-route", config);
  facts.pattern = route.pattern;
  const record = { config, route, facts, startedMs };
  const context: LimitContext = {
    gateway,
    waitUntil: (promise) => {
      execution.waitUntil(promise);
    },
  };

  const admission = admit(record, context);
  const unadmitted = admission instanceof Promise ? await admission : admission;
  if (unadmitted !== undefined) return unadmitted;

  const through = toThroughCache(route, facts, context);
  const early = through && (await through.lookUpFree());
  const free = early && (await answerFreeHit(early, through));
  if (free !== undefined) return free;

  const checked = checkLimits(route, facts, context);
  const limits = checked instanceof Promise ? await checked : checked;
  const refused = refuse(limits, record, { context, early });
  if (refused !== undefined) return refused;
  settleWhenClientLeaves(request, limits, context);
  const { delayMs } = limits.answer;
  // Shaping policies hold a request back; it then goes on in its turn.
  if (delayMs > 0) await scheduler.wait(delayMs);

  const answer = await (through === undefined
    ? askOrigin(facts, route, context)
    : askThroughCache(through, early));
  const response = toResponse(answer, record);
  invalidateAfter(facts, response, context);
  return addLimitFields(settleLimits(response, limits, context), limits, { gateway, route });
}

/** undefined: the request goes on. */
function refuse(
  limits: CheckedLimits,
  record: Recorded,
  { context, early }: { readonly context: LimitContext; readonly early: Look | undefined },
): Response | undefined {
  recordLimits(record, limits);
  const { route } = record;
  const refusal = toRefusal(limits, route);
  if (refusal === undefined) return undefined;
  recordDenied(record, limits, refusal);
  if (early !== undefined) context.waitUntil(cancelLookUp(early));
  return toDenial(limits, refusal, { gateway: context.gateway, route });
}

function toResponse(answer: OriginAnswer, record: Recorded): Response {
  if (answer.ok) return answer.value;
  recordFailed(record, answer.error);
  const { code, retryAfterMs, denied } = answer.error;
  const { name } = record.config;
  const violated = denied === undefined ? {} : { violated: denied.violated };
  return toProblemResponse(code, { name, retryAfterMs, ...violated });
}

async function askThroughCache(through: ThroughCache, early: Look | undefined): Promise<OriginAnswer> {
  return await answerThroughCache(early ?? (await through.lookUp()), through);
}

/** The stored answer that costs no quota: where the route's hits are free. */
async function answerFreeHit(early: Look, through: ThroughCache): Promise<Response | undefined> {
  if (!isHit(early)) return undefined;
  const answer = await answerThroughCache(early, through);
  return answer.ok ? answer.value : undefined;
}

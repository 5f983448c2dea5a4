// The way of a request, top to bottom: facts -> canonical path -> route -> (shape) -> bans -> access lists ->
// credential -> limits -> cache -> origin -> (shape) -> headers -> record.
// Where a route's hits are free the look-up comes before the limits, and a hit skips them.

import type { Route } from "../core/routes/route.ts";
import { findRoute } from "./request/find-route.ts";
import { readClock } from "../platform/clock.ts";
import { admit } from "./credentials/admit.ts";
import { answerThroughCache } from "./cache/answer-through-cache.ts";
import type { ThroughCache } from "./cache/cache-exchange.ts";
import { askOrigin } from "./origins/ask-origin.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { err, type Result } from "../core/result.ts";
import { answerAggregate } from "./batch/answer-aggregate.ts";
import { checkLimits } from "./limits/check-limits.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { OriginAnswer } from "./origins/forward.ts";
import type { Gateway } from "./gateway.ts";
import { invalidateAfter } from "./cache/invalidate-after.ts";
import { cancelLookUp, isHit, type CacheLookup } from "./cache/look-up.ts";
import { toProblemResponse } from "./request/problem-response.ts";
import { addLimitFields, toDenial, toRefusal } from "./limits/rate-limit-response.ts";
import { logDenied, logFailed, logLimits } from "./log/log-request.ts";
import { readRequest } from "./request/read-request.ts";
import type { RequestFacts, RoutedRequest } from "./request/request-facts.ts";
import type { RequestTarget } from "./request/request-target.ts";
import { settleLimits, settleWhenClientLeaves } from "./limits/settle-limits.ts";
import { shapeRequest } from "./shape/shape-request.ts";
import { shapeResponse } from "./shape/shape-response.ts";
import { createThroughCache } from "./cache/through-cache.ts";

export interface Execution extends Pick<ExecutionContext, "waitUntil"> {
  /** The request is a part of an aggregate, and can be no aggregate itself. */
  readonly isPart?: boolean;
  /** What the request's URL says, where it was read before. */
  readonly target?: Result<RequestTarget, ProblemCode>;
}

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  execution: Execution,
): Promise<Response> {
  const { config } = gateway;
  const startedMs = readClock();

  const read = readRequest(request, config, execution.target);
  if (!read.ok) return toProblemResponse(read.error, config);
  const route = findRoute(config, read.value);
  if (route === undefined) return toProblemResponse("no-route", config);
  const shaped = shapeRequest(read.value, route, config);
  if (shaped instanceof Response) return shaped;
  const routed = { config, route, facts: shaped, startedMs };
  const context: RequestContext<Gateway> = {
    gateway,
    waitUntil: (promise) => {
      execution.waitUntil(promise);
    },
  };

  const admission = admit(routed, context);
  const facts = admission instanceof Promise ? await admission : admission;
  if (facts instanceof Response) return facts;

  const through = createThroughCache(route, facts, context);
  const early = through && (await answerFreeHit(through, routed));
  if (early instanceof Response) return early;

  const checked = checkLimits(route, facts, context);
  const limits = checked instanceof Promise ? await checked : checked;
  const refused = refuse(limits, routed, { context, early });
  if (refused !== undefined) return refused;
  settleWhenClientLeaves(request, limits, context);
  const { delayMs } = limits.answer;
  // Shaping policies hold a request back; it then goes on in its turn.
  if (delayMs > 0) await scheduler.wait(delayMs);

  const answer = await (through === undefined
    ? askWithoutCache(facts, route, { context, execution })
    : askThroughCache(through, early));
  const response = toResponse(answer, routed);
  invalidateAfter(facts, response, context);
  const settled = settleLimits(response, limits, context);
  return finish(settled, limits, { gateway, route, routed, isAnswered: answer.ok });
}

/** Asks what the route leads to: its origin, or the parts that it is made of, each of which goes this way, once. */
function askWithoutCache(
  facts: RequestFacts,
  route: Route,
  { context, execution }: { readonly context: RequestContext<Gateway>; readonly execution: Execution },
): Promise<OriginAnswer> {
  const { gateway, waitUntil } = context;
  const { aggregate } = route;
  if (aggregate === undefined) return askOrigin(facts, route, context);
  if (execution.isPart === true)
    return Promise.resolve(err({ code: "aggregate-nested", cause: "a part of an aggregate" }));
  const askPart = (part: Request): Promise<Response> =>
    handleRequest(part, gateway, { waitUntil, isPart: true });
  return answerAggregate({ ...route, aggregate }, { facts, config: gateway.config, ask: askPart });
}

interface Finishing {
  readonly gateway: Gateway;
  readonly route: Route;
  readonly routed: RoutedRequest;
  /** Not by a problem of the gateway's own. */
  readonly isAnswered: boolean;
}

function finish(
  response: Response,
  limits: CheckedLimits,
  finishing: Finishing,
): Response | Promise<Response> {
  const { routed, isAnswered } = finishing;
  if (routed.facts.shaping === undefined || !isAnswered) return addLimitFields(response, limits, finishing);
  return shape(response, routed).then((shaped) => addLimitFields(shaped, limits, finishing));
}

/** The answer as its client wants it, on a route that changes answers. */
async function shape(response: Response, routed: RoutedRequest): Promise<Response> {
  const { shaping, method } = routed.facts;
  if (shaping === undefined) return response;
  return toResponse(await shapeResponse(response, shaping, method), routed);
}

/** undefined: the request goes on. */
function refuse(
  limits: CheckedLimits,
  routed: RoutedRequest,
  { context, early }: { readonly context: RequestContext<Gateway>; readonly early: CacheLookup | undefined },
): Response | undefined {
  logLimits(routed, limits.rows);
  const { route } = routed;
  const refusal = toRefusal(limits);
  if (refusal === undefined) return undefined;
  logDenied(routed, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
  if (early !== undefined) context.waitUntil(cancelLookUp(early));
  return toDenial(limits, refusal, { gateway: context.gateway, route });
}

function toResponse(answer: OriginAnswer, routed: RoutedRequest): Response {
  if (answer.ok) return answer.value;
  logFailed(routed, answer.error);
  const { code, retryAfterMs, denied } = answer.error;
  const { name } = routed.config;
  const violated = denied === undefined ? {} : { violated: denied.violated };
  return toProblemResponse(code, { name, retryAfterMs, ...violated });
}

async function askThroughCache(through: ThroughCache, early: CacheLookup | undefined): Promise<OriginAnswer> {
  return await answerThroughCache(early ?? (await through.lookUp()), through);
}

/** The stored answer that costs no quota, where the route's hits are free; else what was found instead, if anything. */
async function answerFreeHit(
  through: ThroughCache,
  routed: RoutedRequest,
): Promise<Response | CacheLookup | undefined> {
  const early = await through.lookUpFree();
  if (early === undefined || !isHit(early)) return early;
  const answer = await answerThroughCache(early, through);
  return answer.ok ? await shape(answer.value, routed) : early;
}

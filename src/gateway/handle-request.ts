// The way of a request, top to bottom: facts -> canonical path -> route -> (shape) -> bans -> access lists ->
// credential -> limits -> cache -> origin -> (shape) -> headers -> record.
// Where a route's hits are free the look-up comes before the limits, and a hit skips them.

import { matchRoute } from "../core/routes/match-route.ts";
import { readClock } from "../platform/clock.ts";
import { admit } from "./credentials/admit.ts";
import { answerThroughCache } from "./cache/answer-through-cache.ts";
import type { ThroughCache } from "./cache/cache-exchange.ts";
import { askOrigin } from "./origins/ask-origin.ts";
import { err } from "../core/result.ts";
import { answerAggregate } from "./batch/answer-aggregate.ts";
import { checkLimits } from "./limits/check-limits.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { OriginAnswer } from "./origins/forward.ts";
import type { Gateway } from "./gateway.ts";
import { invalidateAfter } from "./cache/invalidate-after.ts";
import { cancelLookUp, isHit, type CacheLookup } from "./cache/look-up.ts";
import { awaitStart } from "./request/await-body.ts";
import { toProblemResponse } from "./request/problem-response.ts";
import { addLimitFields, toDenial, toRefusal } from "./limits/rate-limit-response.ts";
import { logDenied, type LoggedRequest, logFailed, logLimits } from "./log/log-request.ts";
import { readFacts } from "./request/request-facts.ts";
import { settleLimits, settleWhenClientLeaves } from "./limits/settle-limits.ts";
import { shapeRequest } from "./shape/shape-request.ts";
import { shapeResponse } from "./shape/shape-response.ts";
import { createThroughCache } from "./cache/through-cache.ts";

export interface Execution extends Pick<ExecutionContext, "waitUntil"> {
  /** The request is a part of an aggregate, and can be no aggregate itself. */
  readonly isPart?: boolean;
}

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  execution: Execution,
): Promise<Response> {
  const { config } = gateway;
  const startedMs = readClock();

  const parsed = readFacts(request, config);
  if (!parsed.ok) return toProblemResponse(parsed.error, config);
  const route = matchRoute(config.routes, parsed.value);
  if (route === undefined) return toProblemResponse("no-route", config);
  const shaped = shapeRequest(parsed, route, config);
  if (!shaped.ok) return shaped.error;
  const facts = shaped.value;
  facts.pattern = route.pattern;
  const record = { config, route, facts, startedMs };
  const context: RequestContext<Gateway> = {
    gateway,
    waitUntil: (promise) => {
      execution.waitUntil(promise);
    },
  };

  const admission = receive(record, context);
  const unadmitted = admission instanceof Promise ? await admission : admission;
  if (unadmitted !== undefined) return unadmitted;

  const through = createThroughCache(route, facts, context);
  const early = through && (await answerFreeHit(through, record));
  if (early instanceof Response) return early;

  const checked = checkLimits(route, facts, context);
  const limits = checked instanceof Promise ? await checked : checked;
  const refused = refuse(limits, record, { context, early });
  if (refused !== undefined) return refused;
  settleWhenClientLeaves(request, limits, context);
  const { delayMs } = limits.answer;
  // Shaping policies hold a request back; it then goes on in its turn.
  if (delayMs > 0) await scheduler.wait(delayMs);

  const answer = await (through === undefined
    ? askWithoutCache(record, context, execution)
    : askThroughCache(through, early));
  const response = toResponse(answer, record);
  invalidateAfter(facts, response, context);
  const settled = settleLimits(response, limits, context);
  return finish(settled, limits, { gateway, route, record, isAnswered: answer.ok });
}

/** The refusal of who must not come in; where permits will be taken also of who does not send what was to come. */
function receive(
  record: LoggedRequest,
  context: RequestContext<Gateway>,
): Response | undefined | Promise<Response | undefined> {
  const admission = admit(record, context);
  return record.route.hasPermits ? awaitRequest(admission, record) : admission;
}

async function awaitRequest(
  admission: ReturnType<typeof admit>,
  record: LoggedRequest,
): Promise<Response | undefined> {
  const unadmitted = await admission;
  if (unadmitted !== undefined) return unadmitted;
  const failure = await awaitStart(record.facts, record.route);
  return failure && toResponse(err(failure), record);
}

/** Asks what the route leads to: its origin, or the parts that it is made of, each of which goes this way, once. */
function askWithoutCache(
  record: LoggedRequest,
  context: RequestContext<Gateway>,
  { isPart = false }: Execution,
): Promise<OriginAnswer> {
  const { facts, route, config } = record;
  const { aggregate } = route;
  if (aggregate === undefined) return askOrigin(facts, route, context);
  if (isPart) return Promise.resolve(err({ code: "loop-detected", cause: "a part of an aggregate" }));
  const askPart = (part: Request): Promise<Response> =>
    handleRequest(part, context.gateway, { waitUntil: context.waitUntil, isPart: true });
  return answerAggregate({ ...route, aggregate }, { facts, config, ask: askPart });
}

interface Finishing {
  readonly gateway: Gateway;
  readonly route: LoggedRequest["route"];
  readonly record: LoggedRequest;
  /** Not by a problem of the gateway's own. */
  readonly isAnswered: boolean;
}

function finish(
  response: Response,
  limits: CheckedLimits,
  finishing: Finishing,
): Response | Promise<Response> {
  const { record, isAnswered } = finishing;
  if (record.facts.shaping === undefined || !isAnswered) return addLimitFields(response, limits, finishing);
  return shape(response, record).then((shaped) => addLimitFields(shaped, limits, finishing));
}

/** The answer as its client wants it, on a route that changes answers. */
async function shape(response: Response, record: LoggedRequest): Promise<Response> {
  const { shaping, method } = record.facts;
  if (shaping === undefined) return response;
  const { timeoutMs } = record.route;
  return toResponse(await shapeResponse(response, shaping, { method, timeoutMs }), record);
}

/** undefined: the request goes on. */
function refuse(
  limits: CheckedLimits,
  record: LoggedRequest,
  { context, early }: { readonly context: RequestContext<Gateway>; readonly early: CacheLookup | undefined },
): Response | undefined {
  logLimits(record, limits);
  const { route } = record;
  const refusal = toRefusal(limits, route);
  if (refusal === undefined) return undefined;
  logDenied(record, { ...refusal, keys: limits.keys, retryAfterMs: limits.answer.retryAfterMs });
  if (early !== undefined) context.waitUntil(cancelLookUp(early));
  return toDenial(limits, refusal, { gateway: context.gateway, route });
}

function toResponse(answer: OriginAnswer, record: LoggedRequest): Response {
  if (answer.ok) return answer.value;
  logFailed(record, answer.error);
  const { code, retryAfterMs, denied } = answer.error;
  const { name } = record.config;
  const violated = denied === undefined ? {} : { violated: denied.violated };
  return toProblemResponse(code, { name, retryAfterMs, ...violated });
}

async function askThroughCache(through: ThroughCache, early: CacheLookup | undefined): Promise<OriginAnswer> {
  return await answerThroughCache(early ?? (await through.lookUp()), through);
}

/** The stored answer that costs no quota, where the route's hits are free; else what was found instead, if anything. */
async function answerFreeHit(
  through: ThroughCache,
  record: LoggedRequest,
): Promise<Response | CacheLookup | undefined> {
  const early = await through.lookUpFree();
  if (early === undefined || !isHit(early)) return early;
  const answer = await answerThroughCache(early, through);
  return answer.ok ? await shape(answer.value, record) : early;
}

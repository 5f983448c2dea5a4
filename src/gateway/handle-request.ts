// The way of a request, top to bottom: facts -> canonical path -> route -> (shape) -> bans -> access lists ->
// credential -> limits -> cache -> origin -> (shape) -> headers -> record.
// Where a route's hits are free the look-up comes before the limits, and a hit skips them.

import type { LimitAnswer } from "../core/policies/combine-verdicts.ts";
import { matchRoute } from "../core/policies/match-route.ts";
import { readClock } from "../platform/clock.ts";
import { admit } from "./admit.ts";
import { answerThroughCache } from "./answer-through-cache.ts";
import type { ThroughCache } from "./cache-exchange.ts";
import { askOrigin } from "./ask-origin.ts";
import { err } from "../core/result.ts";
import { answerAggregate } from "./answer-aggregate.ts";
import { type CheckedLimits, checkLimits, type LimitContext } from "./check-limits.ts";
import type { OriginAnswer } from "./forward.ts";
import type { Gateway } from "./gateway.ts";
import { invalidateAfter } from "./invalidate-after.ts";
import { cancelLookUp, isHit, type Look } from "./look-up.ts";
import { toProblemResponse } from "./problem-response.ts";
import { addLimitFields, toLimitFields, toRefusal } from "./rate-limit-response.ts";
import { recordDenied, type Recorded, recordFailed, recordLimits } from "./record.ts";
import { readFacts } from "./request-facts.ts";
import { settleLimits, settleWhenClientLeaves } from "./settle-limits.ts";
import { shapeRequest } from "./shape-request.ts";
import { shapeResponse } from "./shape-response.ts";
import { toThroughCache } from "./through-cache.ts";

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  execution: Pick<ExecutionContext, "waitUntil">,
  isPart: boolean,
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
  const record = { config, route, facts, startedMs };
  const context = { gateway, waitUntil: execution.waitUntil.bind(execution) };

  const admission = admit(record, context);
  const unadmitted = admission instanceof Promise ? await admission : admission;
  if (unadmitted !== undefined) return unadmitted;

  const through = toThroughCache(route, facts, context);
  const early = through && (await through.lookUpFree());
  const free = early && (await answerFreeHit(early, through, record));
  if (free !== undefined) return free;

  const checked = checkLimits(route, facts, context);
  const limits = checked instanceof Promise ? await checked : checked;
  recordLimits(record, limits);
  const refusal = toRefusal(limits, route);
  if (refusal !== undefined) {
    recordDenied(record, limits, refusal);
    await cancelLookUp(early);
    const { code, violated } = refusal;
    const fields = toLimitFields(limits, { gateway, route });
    return toProblemResponse(code, { name: config.name, violated, limits: fields });
  }
  settleWhenClientLeaves(request, limits, context);
  await delay(limits.answer);

  const answer = await (through === undefined
    ? askWithoutCache(record, context, isPart)
    : answerLooked(early, through));
  const response = toResponse(answer, record);
  invalidateAfter(facts, response, context);
  const settled = settleLimits(response, limits, context);
  return finish(settled, limits, { gateway, route, record, isAnswered: answer.ok });
}

/** Asks what the route leads to: its origin, or the parts that it is made of, each of which goes this way, once. */
function askWithoutCache(record: Recorded, context: LimitContext, isPart: boolean): Promise<OriginAnswer> {
  const { facts, route, config } = record;
  const { aggregate } = route;
  if (aggregate === undefined) return askOrigin(facts, route, context);
  if (isPart) return Promise.resolve(err({ code: "aggregate-nested", cause: "a part of an aggregate" }));
  const askPart = (part: Request): Promise<Response> => handleRequest(part, context.gateway, context, true);
  return answerAggregate(facts, { ...route, aggregate }, { config, ask: askPart });
}

function answerLooked(early: Look | undefined, through: ThroughCache): Promise<OriginAnswer> {
  if (early !== undefined) return answerThroughCache(early, through);
  return through.lookUp().then((look) => answerThroughCache(look, through));
}

interface Finishing {
  readonly gateway: Gateway;
  readonly route: Recorded["route"];
  readonly record: Recorded;
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
async function shape(response: Response, record: Recorded): Promise<Response> {
  const { shaping, method } = record.facts;
  if (shaping === undefined) return response;
  return toResponse(await shapeResponse(response, shaping, method), record);
}

function toResponse(answer: OriginAnswer, record: Recorded): Response {
  if (answer.ok) return answer.value;
  recordFailed(record, answer.error);
  const { code, retryAfterMs } = answer.error;
  return toProblemResponse(code, { name: record.config.name, retryAfterMs });
}

/** The stored answer that costs no quota: where the route's hits are free. */
async function answerFreeHit(
  early: Look,
  through: ThroughCache,
  record: Recorded,
): Promise<Response | undefined> {
  if (!isHit(early)) return undefined;
  const answer = await answerThroughCache(early, through);
  return answer.ok ? await shape(answer.value, record) : undefined;
}

/** Shaping policies hold a request back; it then goes on in its turn. */
async function delay({ delayMs }: LimitAnswer): Promise<void> {
  if (delayMs > 0) await scheduler.wait(delayMs);
}

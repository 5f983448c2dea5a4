// The way of a request, top to bottom: facts -> canonical path -> route -> (shape) -> bans -> access lists ->
// credential -> limits -> cache -> origin -> (shape) -> headers -> record.
// Where a route's hits are free the look-up comes before the limits, and a hit skips them.

import type { CorsRule } from "../core/cors/cors-settings.ts";
import type { ErrorsRule } from "../core/errors/registry.ts";
import type { Retirement } from "../core/routes/retirement.ts";
import type { Route } from "../core/routes/route.ts";
import { isPermit } from "../core/policies/policy.ts";
import { matchRoute } from "../core/routes/match-route.ts";
import { readClock } from "../platform/clock.ts";
import { answerThroughCache } from "./cache/answer-through-cache.ts";
import { answerPreflight } from "./cors/answer-preflight.ts";
import type { ThroughCache } from "./cache/cache-exchange.ts";
import { askOrigin } from "./origins/ask-origin.ts";
import { type ProblemCode, problems } from "../core/http/problems.ts";
import { err, ok, type Result } from "../core/result.ts";
import { answerAggregate } from "./batch/answer-aggregate.ts";
import { checkLimits } from "./limits/check-limits.ts";
import { type CheckedLimits, UNCHECKED } from "./limits/checked-limits.ts";
import { ofAnswer, ofLimits } from "./request/span-attributes.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { OriginAnswer } from "./origins/forward.ts";
import { toOriginResponse } from "./origins/to-origin-response.ts";
import { askChanged } from "./ask-changed.ts";
import { endHere } from "./end-here.ts";
import { receive } from "./receive-request.ts";
import { type AdmittedRequest, finishAnswer, shapeAnswer } from "./finish-answer.ts";
import type { Gateway } from "./gateway.ts";
import { invalidateAfter } from "./cache/invalidate-after.ts";
import { cancelLookUp, isHit, type CacheLookup } from "./cache/look-up.ts";
import { toProblemResponse } from "./request/problem-response.ts";
import { toDenial, toRefusal } from "./limits/rate-limit-response.ts";
import { logAllowed, logDenied } from "./log/log-request.ts";
import { RequestTrace } from "./request/request-trace.ts";
import { readRequest } from "./request/read-request.ts";
import {
  type Admission,
  NO_ROUTE,
  type RequestFacts,
  type RoutedRequest,
  toRoutedFacts,
} from "./request/request-facts.ts";
import type { RequestTarget } from "./request/request-target.ts";
import { noteLimits } from "./limits/note-limits.ts";
import { holdPermits } from "./limits/permits.ts";
import { settleLimits } from "./limits/settle-limits.ts";
import { noteUsageReader } from "./limits/settle-usage.ts";
import { shapeRequest } from "./shape/shape-request.ts";
import { type HeadStart, startBeside } from "./start-ahead.ts";
import type { CountedFields } from "./request/read-fields.ts";
import { createThroughCache } from "./cache/through-cache.ts";

export interface Execution {
  readonly requestId: string;
  readonly trace: RequestTrace;
  readonly waitUntil: (promise: Promise<unknown>) => void;
  /** What pages of other origins may do with the answer: set once, when the request's route is known. */
  cors: CorsRule;
  /** In whose words what goes wrong is said: likewise. */
  errors: ErrorsRule;
  /** What every answer says of the end of the request's route: likewise. */
  retirement?: Retirement | undefined;
  /** The request is a part of an aggregate, and can be no aggregate itself. */
  readonly isPart?: boolean;
  /** What the request's URL says, where it was read before. */
  readonly target?: Result<RequestTarget, ProblemCode> | undefined;
  /** Its fields, where they were read before. */
  readonly read?: CountedFields | undefined;
  /** What was asked of counter objects before it was known what is active, or whose the API key is. */
  ahead?: HeadStart | undefined;
  /** Somebody else's permits, whose place is free when this one's client has left. */
  readonly holdsPermits?: boolean | undefined;
  /** Its caller was let in, and it was counted, when it was handed over; undefined: it comes from a client. */
  readonly resumed?: Admission | undefined;
  /** Called before an origin is asked: see RequestContext. */
  readonly onSend?: (() => boolean) | undefined;
}

export async function handleRequest(
  request: Request,
  gateway: Gateway,
  execution: Execution,
): Promise<Response> {
  const arrived = routeRequest(request, gateway, execution);
  if (!arrived.ok) return await arrived.error;
  const { trace } = execution;
  const { route } = arrived.value;
  const context: RequestContext<Gateway> = {
    gateway,
    trace,
    holdsPermits: execution.holdsPermits === true || route.policies.some(isPermit),
    waitUntil: execution.waitUntil,
    onSend: execution.onSend,
    onAsk: () => {
      // Nobody gives back what was asked ahead for a part of an aggregate.
      if (execution.isPart !== true) execution.ahead ??= startBeside(arrived.value, context);
    },
  };

  const admission = receive(arrived.value, context, execution.resumed);
  const facts = admission instanceof Promise ? await admission : admission;
  if (facts instanceof Response) return facts;
  trace.facts = facts;
  const { config } = arrived.value;
  const routed = { config, route, facts, trace };

  const through = createThroughCache(route, facts, context);
  const early = through && (await trace.wait("cache", answerFreeHit(through, routed, gateway)));
  if (early instanceof Response) return early;

  const checked = check(routed, { context, through, execution });
  const limits = checked instanceof Promise ? await trace.wait("counter", checked, ofLimits) : checked;
  const refused = refuse(limits, routed, { context, early });
  if (refused !== undefined) return refused;
  noteUsageReader(limits, context);
  const permits = holdPermits(limits, context, request.signal);
  await holdBack(limits, trace);

  const isResumed = execution.resumed !== undefined;
  const ended = endHere(limits, { gateway, route, routed, permits, context, early, isResumed });
  if (ended !== undefined) return await ended;
  const answer = await (through === undefined
    ? trace.wait("origin", askWithoutCache(facts, route, { context, execution }), ofAnswer)
    : trace.wait("cache", askThroughCache(through, early)));
  const response = toOriginResponse(answer, routed);
  invalidateAfter(facts, response, context);
  settleLimits({ response, status: toHappened(answer), facts }, limits, context);
  if (answer.ok) logAllowed(routed, response.status, limits.rows);
  return finishAnswer(response, limits, { gateway, route, routed, permits, context, isAnswered: answer.ok });
}

/** Shaping policies hold a request back; it then goes on in its turn. */
function holdBack({ answer: { delayMs } }: CheckedLimits, trace: RequestTrace): Promise<void> | undefined {
  return delayMs > 0 ? trace.wait("queue", scheduler.wait(delayMs)) : undefined;
}

interface Checking {
  readonly context: RequestContext<Gateway>;
  readonly through: ThroughCache | undefined;
  readonly execution: Pick<Execution, "ahead" | "resumed">;
}

/** What a look-up will have to know is learnt while counter objects are asked. */
function check(
  { route, facts }: { readonly route: Route; readonly facts: RequestFacts },
  { context, through, execution: { ahead, resumed } }: Checking,
): ReturnType<typeof checkLimits> {
  if (resumed !== undefined) return UNCHECKED;
  const checked = ahead?.check(route, facts, context) ?? checkLimits(route, facts, context);
  if (through !== undefined && checked instanceof Promise) context.waitUntil(through.learn());
  return checked;
}

/** What goes on, or the answer of what does not: no route is for it, or it is a preflight. */
function routeRequest(
  request: Request,
  gateway: Gateway,
  execution: Execution,
): Result<RoutedRequest, Response | Promise<Response>> {
  const { config } = gateway;
  const { trace } = execution;
  const problem = { name: config.name, errors: config.errors, requestId: execution.requestId };
  const read = readRequest(request, config, execution);
  const refuseUnrouted = (code: ProblemCode): Result<never, Response> => {
    trace.refuse(code);
    if (read.ok) trace.facts = toRoutedFacts(read.value, NO_ROUTE);
    return err(toProblemResponse(code, problem));
  };
  if (!read.ok) return refuseUnrouted(read.error);
  if (read.value.isOwn) return refuseUnrouted("no-route");
  if (config.reputation?.traps.has(read.value.path) === true) {
    trace.isTrap = true;
    if (!config.reputation.isShadow) return refuseUnrouted("no-route");
  }
  const preflighted = answerPreflight(read.value, { gateway, trace, waitUntil: execution.waitUntil });
  if (preflighted !== undefined) {
    // Its answer says itself what a page may do.
    execution.cors = "none";
    return err(preflighted);
  }
  const route = matchRoute(config.routes, read.value);
  if (route === undefined) return refuseUnrouted("no-route");
  execution.cors = route.cors;
  execution.errors = route.errors;
  execution.retirement = route.retirement;
  trace.route = route.name;
  const facts = shapeRequest(read.value, route, config);
  if (facts instanceof Response) {
    // Of what it asked for there is no such part.
    trace.refuse("invalid-fields");
    return err(facts);
  }
  trace.facts = facts;
  return ok({ config, route, facts, trace });
}

/** The status of what came, or of why nothing did: a dialect may say it with another. */
function toHappened(answer: OriginAnswer): number {
  return answer.ok ? answer.value.status : problems[answer.error.code].status;
}

/** What is to be read must not be coded. */
const READABLE = { fields: [["accept-encoding", "identity"]] } as const;

/** Asks what the route leads to: its origin, or the parts that it is made of, each of which goes this way, once. */
function askWithoutCache(
  facts: RequestFacts,
  route: Route,
  { context, execution }: { readonly context: RequestContext<Gateway>; readonly execution: Execution },
): Promise<OriginAnswer> {
  const { gateway, waitUntil, holdsPermits } = context;
  const { requestId } = facts;
  const { aggregate } = route;
  if (aggregate === undefined) {
    const asking = route.readsUsage ? READABLE : undefined;
    return route.requestFunction === undefined
      ? askOrigin(facts, route, context, asking)
      : askChanged(facts, route, { context, asking });
  }
  if (execution.isPart === true)
    return Promise.resolve(err({ code: "aggregate-nested", cause: "a part of an aggregate" }));
  const askPart = (part: Request): Promise<Response> =>
    handleRequest(part, gateway, {
      requestId,
      trace: new RequestTrace(readClock()),
      waitUntil,
      cors: "none",
      errors: route.errors,
      isPart: true,
      holdsPermits,
    });
  return answerAggregate({ ...route, aggregate }, { facts, config: gateway.config, ask: askPart });
}

/** undefined: the request goes on. */
function refuse(
  limits: CheckedLimits,
  routed: RoutedRequest,
  { context, early }: { readonly context: RequestContext<Gateway>; readonly early: CacheLookup | undefined },
): Response | undefined {
  noteLimits(routed, limits, context);
  const { route } = routed;
  const refusal = toRefusal(limits);
  if (refusal === undefined) return undefined;
  logDenied(routed, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
  if (early !== undefined) context.waitUntil(cancelLookUp(early));
  const { trace, facts } = routed;
  return toDenial(limits, refusal, { gateway: context.gateway, route, requestId: facts.requestId, trace });
}

async function askThroughCache(through: ThroughCache, early: CacheLookup | undefined): Promise<OriginAnswer> {
  return await answerThroughCache(early ?? (await through.lookUp()), through);
}

/** The stored answer that costs no quota, where the route's hits are free; else what was found instead, if anything. */
async function answerFreeHit(
  through: ThroughCache,
  routed: AdmittedRequest,
  gateway: Gateway,
): Promise<Response | CacheLookup | undefined> {
  const early = await through.lookUpFree();
  if (early === undefined || !isHit(early)) return early;
  const answer = await answerThroughCache(early, through);
  if (!answer.ok) return early;
  logAllowed(routed, answer.value.status, []);
  return await shapeAnswer(answer.value, routed, gateway);
}

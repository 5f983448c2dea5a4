// Lets a request in or not: answers and logs what judge.ts says of it.

import { toChallenge } from "../../core/consumers/challenge.ts";
import { logBanned, logDenied, logRefused } from "../log/log-request.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import { noteLimits } from "../limits/note-limits.ts";
import { toLimitFields, toRefusal } from "../limits/rate-limit-response.ts";
import { type ProblemOptions, toProblemResponse } from "../request/problem-response.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { findKeptOut, type Gatekeeper, judge, type Judged, type Refused } from "./judge.ts";

/** The facts of a request that goes on, which say who is calling; else the refusal. A promise only where one is needed. */
export function admit(
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): RequestFacts | Response | Promise<RequestFacts | Response> {
  const judged = judge(routed, context);
  return judged instanceof Promise
    ? judged.then((known) => toAdmitted(known, routed, context))
    : toAdmitted(judged, routed, context);
}

function toAdmitted(
  judged: Judged,
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): RequestFacts | Response {
  return judged.ok ? judged.value : toRefusedResponse(judged.error, routed, context);
}

/** The refusal of a client that is kept out whatever it shows: by an operator's ban, or by an access list. */
export function keepOut(routed: RoutedRequest, context: RequestContext<Gatekeeper>): Response | undefined {
  const refused = findKeptOut(routed, context.gateway);
  return refused === undefined ? undefined : toRefusedResponse(refused, routed, context);
}

/** Answers, logs and counts a refusal. */
export function toRefusedResponse(
  refused: Refused,
  routed: RoutedRequest,
  context: RequestContext<Gatekeeper>,
): Response {
  const { config, route } = routed;
  if (refused.kind === "banned") {
    logBanned(routed, refused.ban.id);
    return toProblemResponse("banned", toOptions(routed));
  }
  if (refused.attempt !== undefined) noteLimits(routed, refused.attempt, context);
  if (refused.kind === "limited") return toTooMany(routed, refused.limits, context);
  const { code, cause, retryAfterMs } = refused;
  logRefused(routed, code, cause);
  const challenge = toChallenge(code, { name: config.name, scopes: route.scopes });
  return toProblemResponse(code, { ...toOptions(routed), challenge, retryAfterMs });
}

/** 429, like a denial by any other policy. */
function toTooMany(
  routed: RoutedRequest,
  limits: CheckedLimits,
  { gateway }: RequestContext<Gatekeeper>,
): Response {
  const refusal = toRefusal(limits) ?? { code: "quota-exceeded", violated: [] };
  logDenied(routed, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
  const fields = toLimitFields(limits, { gateway, route: gateway.attempts });
  const { violated } = refusal;
  return toProblemResponse(refusal.code, { ...toOptions(routed), violated, limits: fields });
}

function toOptions({
  config,
  route,
  facts,
}: RoutedRequest): Pick<ProblemOptions, "name" | "errors"> & { readonly requestId: string } {
  return { name: config.name, errors: route.errors, requestId: facts.requestId };
}

// Answers the preflights of browsers: by the configuration's `cors`, or by the origin where that speaks for itself. No
// route's policy counts them and no credential is asked for: browsers send none with them.

import { type Preflight, toPreflightFields } from "../../core/cors/cors-fields.ts";
import type { CorsSettings } from "../../core/cors/cors-settings.ts";
import { withoutParameter } from "../../core/consumers/credential.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { keepOut } from "../credentials/admit.ts";
import type { Gatekeeper } from "../credentials/judge.ts";
import { checkLimits } from "../limits/check-limits.ts";
import { toDenial, toRefusal } from "../limits/rate-limit-response.ts";
import { logDenied } from "../log/log-request.ts";
import { noteLimits } from "../limits/note-limits.ts";
import { askOrigin, type OriginClients } from "../origins/ask-origin.ts";
import { toOriginResponse } from "../origins/to-origin-response.ts";
import { dropAnswer } from "../request/body-pipe.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { ReadRequest } from "../request/read-request.ts";
import { type RoutedRequest, toRoutedFacts } from "../request/request-facts.ts";
import { findPreflight } from "./find-preflight.ts";

/** What answering preflights needs of the gateway. */
export interface PreflightClients extends OriginClients, Gatekeeper {
  /** Stands for a route where preflights go to an origin. */
  readonly preflights: LimitedRoute;
}

/** undefined: the request is no preflight, or nobody answers it as one. */
export function answerPreflight(
  read: ReadRequest,
  context: RequestContext<PreflightClients>,
): Response | Promise<Response> | undefined {
  const { gateway, trace } = context;
  const { config } = gateway;
  const asked = findPreflight(read, config);
  if (asked === undefined) return undefined;
  if (asked.by === "gateway") return toPreflightResponse(asked.cors, asked.preflight);
  const { route } = asked;
  return passPreflight({ config, route, facts: toRoutedFacts(read, route), trace }, context);
}

export function toPreflightResponse(cors: CorsSettings, preflight: Preflight): Response {
  return new Response(null, { status: 204, headers: Object.fromEntries(toPreflightFields(cors, preflight)) });
}

/** Of what a preflight has no credential for, nothing else may reach the origin, and nothing else come back. */
const WITHHELD = ["authorization", "cookie", "x-api-key"];
const PASSED_BACK = /^(?:access-control-.*|vary|allow)$/;

/** However many come, no more reach the origin from one address than the policy lets pass. */
async function passPreflight(
  routed: RoutedRequest,
  context: RequestContext<PreflightClients>,
): Promise<Response> {
  const { gateway } = context;
  const refused = keepOut(routed, context);
  if (refused !== undefined) return refused;
  const { route } = routed;
  const facts = routed.facts.admit({ caller: undefined, isUnlimited: false, search: toSearch(routed) });
  const limits = await checkLimits(gateway.preflights, facts, context);
  noteLimits(routed, limits, context);
  const refusal = toRefusal(limits);
  if (refusal !== undefined) {
    logDenied(routed, { ...refusal, rows: limits.rows, retryAfterMs: limits.answer.retryAfterMs });
    return toDenial(limits, refusal, { gateway, route: gateway.preflights, requestId: facts.requestId });
  }
  const answer = await askOrigin(facts, route, context, { without: WITHHELD });
  return answer.ok ? toPassedBack(answer.value) : toOriginResponse(answer, routed);
}

/** The query without a credential: a page asks for the very URL that it is going to ask for. */
function toSearch({ facts, config }: RoutedRequest): string | undefined {
  const name = config.auth.apiKeys.query;
  return name === undefined ? undefined : withoutParameter(facts.search, name);
}

async function toPassedBack(answer: Response): Promise<Response> {
  await dropAnswer(answer);
  const { status, headers } = answer;
  const kept = [...headers].filter(([name]) => PASSED_BACK.test(name));
  return new Response(null, { status, headers: kept });
}

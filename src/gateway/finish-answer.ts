// The end of a request's way: what becomes of an answer between its origin or the store and its client.

import type { Route } from "../core/routes/route.ts";
import type { FieldChanges } from "../core/shape/field-changes.ts";
import { changeAnswer } from "./change-answer.ts";
import type { FunctionClients } from "./functions/call-function.ts";
import type { Gateway } from "./gateway.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import type { Permits } from "./limits/permits.ts";
import { ok } from "../core/result.ts";
import { addLimitFields } from "./limits/rate-limit-response.ts";
import { toOriginResponse } from "./origins/to-origin-response.ts";
import { sayInStream } from "./request/say-in-stream.ts";
import { withoutUsage } from "./request/ask-usage.ts";
import { passAnswer } from "./request/body-pipe.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { RequestFacts, RoutedRequest } from "./request/request-facts.ts";
import { relinkAnswer } from "./shape/relink-answer.ts";
import { shapeResponse } from "./shape/shape-response.ts";

/** A request of which it is known who is calling. */
export type AdmittedRequest = RoutedRequest & { readonly facts: RequestFacts };

interface Finishing {
  readonly gateway: Gateway;
  readonly route: Route;
  readonly routed: AdmittedRequest;
  readonly permits: Permits | undefined;
  readonly context: RequestContext<Gateway>;
  /** Not by a problem of the gateway's own. */
  readonly isAnswered: boolean;
}

/** The answer as its client gets it: permits end with it, what only the gateway asked for is out of it, its fields are there. */
export function finishAnswer(
  response: Response,
  limits: CheckedLimits,
  finishing: Finishing,
): Response | Promise<Response> {
  const { routed, permits, context, isAnswered } = finishing;
  permits?.endWith(response);
  if (routed.facts.isAsking) withoutUsage(response);
  if (isAnswered) sayInStream(response, finishing.route);
  const passed = passAnswer(response, context.waitUntil);
  if (!isChanged(routed) || !isAnswered) return addLimitFields(passed, limits, finishing);
  return shapeAnswer(passed, routed, finishing.gateway).then((shaped) =>
    addLimitFields(shaped, limits, finishing),
  );
}

const isChanged = ({ facts, route }: AdmittedRequest): boolean =>
  facts.shaping !== undefined ||
  route.links !== undefined ||
  route.answerFields !== undefined ||
  route.answerFunction !== undefined;

/** After all that reads them. What is stored keeps those of the origin. */
function changeFields(response: Response, changes: FieldChanges | undefined): Response {
  if (changes === undefined) return response;
  const { headers } = response;
  for (const name of changes.removed) headers.delete(name);
  for (const [name, value] of changes.set) headers.set(name, value);
  return response;
}

/** The answer as its client wants it, on a route that changes answers. */
export async function shapeAnswer(
  response: Response,
  routed: AdmittedRequest,
  gateway: FunctionClients,
): Promise<Response> {
  const { shaping, method } = routed.facts;
  const { timeoutMs } = routed.route;
  const answer =
    shaping === undefined ? ok(response) : await shapeResponse(response, shaping, { method, timeoutMs });
  if (!answer.ok) return toOriginResponse(answer, routed);
  const relinked = relinkAnswer(answer.value, routed.facts, routed);
  const { answerFunction, answerFields } = routed.route;
  const changed =
    answerFunction === undefined
      ? ok(relinked)
      : await changeAnswer(answerFunction, relinked, { routed, gateway });
  return changeFields(toOriginResponse(changed, routed), answerFields);
}

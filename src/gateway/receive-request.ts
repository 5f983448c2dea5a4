// What a request has to have before it is counted: its caller is let in, its body is there as far as limits read it, and the
// functions that make keys and costs have been called.

import { admit } from "./credentials/admit.ts";
import { type FunctionClients } from "./functions/call-function.ts";
import { callForLimits } from "./functions/call-for-limits.ts";
import type { Gateway } from "./gateway.ts";
import { toOriginResponse } from "./origins/to-origin-response.ts";
import { askUsage } from "./request/ask-usage.ts";
import { awaitStart, boundBody } from "./request/await-body.ts";
import { awaitMembers } from "./request/await-members.ts";
import type { RequestContext } from "./request/request-context.ts";
import type { Admission, RequestFacts, RoutedRequest } from "./request/request-facts.ts";

/**
 * Lets it in, and waits for its body where permits will be taken, for until it is there it takes nobody's place, and where
 * limits read what stands in it. One that is too long is not taken.
 */
export function receive(
  routed: RoutedRequest,
  context: RequestContext<Gateway>,
  resumed: Admission | undefined,
): ReturnType<typeof admit> {
  const asked = resumed === undefined ? admit(routed, context) : routed.facts.admit(resumed);
  const admission = asked instanceof Promise ? context.trace.wait("credential", asked) : asked;
  const { hasPermits, members, functions, bodyBytesMax } = routed.route;
  const waits = hasPermits || members !== undefined || functions !== undefined || bodyBytesMax < Infinity;
  return waits ? awaitRequest(admission, routed, context.gateway) : admission;
}

async function awaitRequest(
  admission: ReturnType<typeof admit>,
  routed: RoutedRequest,
  gateway: FunctionClients,
): Promise<RequestFacts | Response> {
  const facts = await admission;
  if (facts instanceof Response) return facts;
  const { members: wanted, membersBytesMax: bytesMax, requestTimeoutMs, hasPermits } = routed.route;
  const bounds = { bytesMax, requestTimeoutMs };
  const bound = boundBody(facts, routed.route);
  const read =
    wanted === undefined || !bound.ok ? bound : await awaitMembers(bound.value, { wanted, ...bounds });
  const made = read.ok ? await callForLimits(read.value, routed.route, gateway) : read;
  const awaited = made.ok && hasPermits ? await awaitStart(made.value, routed.route) : made;
  if (!awaited.ok) return toOriginResponse(awaited, routed);
  return routed.route.asksUsage ? askUsage(awaited.value) : awaited.value;
}

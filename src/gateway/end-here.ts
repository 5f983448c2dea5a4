// Requests that end at the gateway once they are let in and counted: those that a route answers itself, webhooks of others,
// and calls that their callers leave here to be made later.

import type { FixedAnswer } from "../core/routes/fixed-answer.ts";
import { cancelLookUp, type CacheLookup } from "./cache/look-up.ts";
import { finishAnswer } from "./finish-answer.ts";
import { handOver, isHandedOver } from "./handover/hand-over.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import { settleLimits } from "./limits/settle-limits.ts";
import { logAllowed } from "./log/log-request.ts";
import { toFixedResponse } from "./respond.ts";
import { receiveWebhook } from "./webhooks/receive-webhook.ts";

interface Ending extends Omit<Parameters<typeof finishAnswer>[2], "isAnswered"> {
  /** What was looked up before the limits; undefined: nothing was. */
  readonly early: CacheLookup | undefined;
  /** Whether this call is one that was left here. */
  readonly isResumed: boolean;
}

const HANDED_OVER = 202;

/** undefined: it goes on. */
export function endHere(limits: CheckedLimits, ending: Ending): Promise<Response> | undefined {
  const { route, routed, context, isResumed } = ending;
  if (route.webhook !== undefined) return receiveWebhook(route.webhook, routed, { limits, context });
  if (route.respond !== undefined) return respond(route.respond, limits, ending);
  return !isResumed && isHandedOver(routed) ? leave(limits, ending) : undefined;
}

async function respond(
  answer: FixedAnswer,
  limits: CheckedLimits,
  { early: _early, ...finishing }: Ending,
): Promise<Response> {
  const { routed, context } = finishing;
  const { facts } = routed;
  const response = toFixedResponse(answer);
  const { status } = answer;
  settleLimits({ response, status, facts }, limits, context);
  logAllowed(routed, status, limits.rows);
  return await finishAnswer(response, limits, { ...finishing, isAnswered: false });
}

async function leave(limits: CheckedLimits, { early, ...finishing }: Ending): Promise<Response> {
  const { routed, gateway, context } = finishing;
  if (early !== undefined) context.waitUntil(cancelLookUp(early));
  const response = await handOver(routed, gateway.handover);
  if (response.status === HANDED_OVER) logAllowed(routed, response.status, limits.rows);
  return await finishAnswer(response, limits, { ...finishing, isAnswered: false });
}

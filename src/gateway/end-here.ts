// Requests that end at the gateway once they are let in and counted: webhooks of others, and calls that their callers leave
// here to be made later.

import { cancelLookUp, type CacheLookup } from "./cache/look-up.ts";
import { finishAnswer } from "./finish-answer.ts";
import { handOver, isHandedOver } from "./handover/hand-over.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import { logAllowed } from "./log/log-request.ts";
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
  return !isResumed && isHandedOver(routed) ? leave(limits, ending) : undefined;
}

async function leave(limits: CheckedLimits, { early, ...finishing }: Ending): Promise<Response> {
  const { routed, gateway, context } = finishing;
  if (early !== undefined) context.waitUntil(cancelLookUp(early));
  const response = await handOver(routed, gateway.handover);
  if (response.status === HANDED_OVER) logAllowed(routed, response.status, limits.rows);
  return await finishAnswer(response, limits, { ...finishing, isAnswered: false });
}

// A route that takes webhooks ends at the gateway: its sender is answered, and nobody else is waited for.

import type { WebhookSettings } from "../../core/webhooks/webhook-settings.ts";
import { toRefusedResponse } from "../credentials/admit.ts";
import type { Gatekeeper, Refused } from "../credentials/judge.ts";
import { checkLimits } from "../limits/check-limits.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import { addLimitFields } from "../limits/rate-limit-response.ts";
import { logAllowed } from "../log/log-request.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { RequestFacts, RoutedRequest } from "../request/request-facts.ts";
import { answerWebhook, type WebhookClients, type WebhookRefusal } from "./answer-webhook.ts";

interface Receiving {
  readonly limits: CheckedLimits;
  readonly context: RequestContext<Gatekeeper & WebhookClients>;
}

export async function receiveWebhook(
  webhook: WebhookSettings,
  routed: RoutedRequest & { readonly facts: RequestFacts },
  { limits, context }: Receiving,
): Promise<Response> {
  const { gateway } = context;
  const taken = await answerWebhook(webhook, routed, gateway);
  if (!taken.ok)
    return toRefusedResponse(await toRefused(taken.error, routed.facts, context), routed, context);
  logAllowed(routed, taken.value.status, limits.rows);
  return addLimitFields(taken.value, limits, { gateway, route: routed.route });
}

/** A webhook that is not its sender's counts like a credential that nobody issued. */
async function toRefused(
  { code, cause, isForged }: WebhookRefusal,
  facts: RequestFacts,
  context: Receiving["context"],
): Promise<Refused> {
  if (isForged !== true) return { kind: "refused", code, cause };
  const attempt = await checkLimits(context.gateway.attempts, facts, context);
  return attempt.answer.outcome === "allowed"
    ? { kind: "refused", code, cause, attempt }
    : { kind: "limited", limits: attempt, attempt };
}

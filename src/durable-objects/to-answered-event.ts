// What a receiver of answers gets: the answer to a call that was handed over, as an event that is signed with each try.

import type { CallView } from "../core/handover/call-messages.ts";
import type { WebhookEvent } from "../core/webhooks/webhook-messages.ts";
import { toBodyMember } from "./to-body-member.ts";

interface Told {
  readonly url: string;
  /** The name of the secret that signs it. */
  readonly secret: string;
  readonly nowMs: number;
}

export function toAnsweredEvent(id: string, view: CallView, { url, secret, nowMs }: Told): WebhookEvent {
  const data = { id, ...toData(view) };
  const event = { type: `call.${view.kind}`, timestamp: new Date(nowMs).toISOString(), data };
  return {
    id: `call_${id}`,
    fields: [["content-type", "application/json"]],
    body: new TextEncoder().encode(JSON.stringify(event)),
    listeners: [url],
    purges: [],
    signedBy: secret,
  };
}

function toData(view: CallView): Readonly<Record<string, unknown>> {
  if (view.kind !== "answered") return {};
  const { status, fields, body } = view;
  if (body === undefined) return { status, fields, isTooLong: true };
  return { status, fields, ...toBodyMember(body) };
}

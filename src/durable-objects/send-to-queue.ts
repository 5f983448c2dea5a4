// Hands an event to a Cloudflare Queue. A queue that is not bound, or does not take it, is a failure like a listener's: it is
// tried again, for an operator binds it.

import type { Outcome } from "../core/webhooks/delivery-schedule.ts";
import { writeLog } from "../platform/log.ts";
import { toBodyMember } from "./to-body-member.ts";
import type { Delivery } from "./webhook-rows.ts";

/**
 * Of a message, as JSON. A queue takes 128,000 bytes, its own metadata included.
 * Source: https://developers.cloudflare.com/queues/platform/limits/
 */
const MESSAGE_BYTES_MAX = 127_000;
const CAUSE_LENGTH_MAX = 200;

interface Sending {
  readonly bindings: Readonly<Record<string, unknown>>;
  readonly timeoutMs: number;
}

export async function sendToQueue(
  delivery: Delivery,
  name: string,
  { bindings, timeoutMs }: Sending,
): Promise<Outcome> {
  const { id, tries, body } = delivery;
  const late = new AbortController();
  try {
    const queue = bindings[name];
    if (!isQueue(queue)) throw new Error("there is no such binding of a queue");
    const { message, isWhole } = toMessage(delivery);
    const isLate = scheduler.wait(timeoutMs, { signal: late.signal }).then((): never => {
      throw new Error(`no answer within ${timeoutMs} ms`);
    });
    await Promise.race([queue.send(message, { contentType: "json" }), isLate]);
    if (!isWhole) writeLog("queue-body-left-out", { queue: name, id, bytes: body.byteLength });
    return { kind: "answer", status: 200, retryAfterMs: undefined };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    writeLog("queue-failed", { queue: name, id, tries, cause: cause.slice(0, CAUSE_LENGTH_MAX) });
    return { kind: "failure" };
  } finally {
    late.abort();
  }
}

/** Whatever else a binding of this name is, nothing is sent to it. */
function isQueue(binding: unknown): binding is Queue {
  return typeof (binding as Partial<Queue> | null | undefined)?.send === "function";
}

interface Message {
  readonly message: Readonly<Record<string, unknown>>;
  readonly isWhole: boolean;
}

/** Its body is left out where the message would be too large: who gets it asks the API that sent the event. */
function toMessage({ id, fields, body }: Delivery): Message {
  const head = { id, fields: Object.fromEntries(fields) };
  const whole = { ...head, ...toBodyMember(new Uint8Array(body)) };
  const isWhole = new TextEncoder().encode(JSON.stringify(whole)).length <= MESSAGE_BYTES_MAX;
  return { message: isWhole ? whole : { ...head, isTooLong: true, bodyBytes: body.byteLength }, isWhole };
}

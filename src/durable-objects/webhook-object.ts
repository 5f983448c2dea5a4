// The Durable Object that hands a route's webhooks on: which events it has seen, and which listener still has to get which.
// An event is stored before it is acknowledged. Each try is leased: an object that ends meanwhile tries again when the lease
// is over, so listeners get an event at least once, under one id.

import { DurableObject } from "cloudflare:workers";
import { parseRetryAfter } from "../core/http/retry-after.ts";
import { toQueueName } from "../core/webhooks/listeners.ts";
import { type Outcome, toNextTry } from "../core/webhooks/delivery-schedule.ts";
import type { Acceptance, WebhookEvent } from "../core/webhooks/webhook-messages.ts";
import { type Bindings, PURGES_NAME, type WebhookRpc } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { sendToQueue } from "./send-to-queue.ts";
import { signDelivery } from "./sign-delivery.ts";
import { type Delivery, type StoredEvent, WebhookRows } from "./webhook-rows.ts";

/** Deliveries that wait, of all listeners; then senders are asked to come again. */
const WAITING_MAX = 10_000;
/** Tries at a time. */
const RUNNING_MAX = 20;
const TRY_MS = 10_000;
const LEASE_MS = 2 * TRY_MS;
/** How soon it looks again while as many tries run as may. */
const BUSY_MS = 1_000;

/** The cache gets what an event purges like a listener: as often as it takes. No URL is called so. */
const CACHE = "cache";

export class WebhookObject extends DurableObject<Bindings> implements WebhookRpc {
  readonly #rows: WebhookRows;
  #running = 0;

  constructor(context: DurableObjectState, bindings: Bindings) {
    super(context, bindings);
    this.#rows = new WebhookRows(context.storage.sql);
  }

  async accept(event: WebhookEvent): Promise<Acceptance> {
    const nowMs = Date.now();
    if (this.#rows.isKnown(event.id, nowMs)) return "repeat";
    if (this.#rows.countWaiting() + event.listeners.length >= WAITING_MAX) return "full";
    this.#rows.add(event.id, toStored(event), nowMs);
    this.#start(nowMs);
    await this.#arm();
    return "new";
  }

  override async alarm(): Promise<void> {
    const nowMs = Date.now();
    this.#start(nowMs);
    if (this.#rows.countWaiting() === 0) this.#rows.sweepOld(nowMs);
    await this.#arm();
  }

  /** Starts what is due. Nobody waits for it: the next alarm takes up what ended with the object. */
  #start(nowMs: number): void {
    for (const delivery of this.#rows.takeDue(nowMs, {
      most: RUNNING_MAX - this.#running,
      leaseMs: LEASE_MS,
    })) {
      this.#running += 1;
      void this.#deliver(delivery);
    }
  }

  /** Never rejects. */
  async #deliver(delivery: Delivery): Promise<void> {
    const { id, listener, tries } = delivery;
    const outcome = listener === CACHE ? await this.#purge(delivery) : await hand(delivery, this.env);
    this.#running -= 1;
    const next = toNextTry(outcome, tries);
    if (typeof next === "number") this.#rows.postpone(delivery, Date.now() + next);
    else this.#rows.end(delivery);
    if (next === "gone")
      writeLog("webhook-undelivered", {
        id,
        listener: toShown(listener),
        tries,
      });
    await this.#arm().catch(() => undefined);
  }

  async #purge({ body }: Delivery): Promise<Outcome> {
    try {
      const purges = JSON.parse(new TextDecoder().decode(body)) as WebhookEvent["purges"];
      await this.env.PURGES.getByName(PURGES_NAME).addPurges(purges);
      return { kind: "answer", status: 200, retryAfterMs: undefined };
    } catch {
      return { kind: "failure" };
    }
  }

  async #arm(): Promise<void> {
    const dueMs = this.#rows.toDueMs();
    if (dueMs === Infinity) {
      // Nothing is remembered any more.
      await this.ctx.storage.deleteAlarm();
      return;
    }
    const nowMs = Date.now();
    const leastMs = nowMs + (this.#running >= RUNNING_MAX ? BUSY_MS : 0);
    await this.ctx.storage.setAlarm(Math.max(dueMs, leastMs));
  }
}

/** What is stored for whom. */
function toStored({ purges, ...event }: WebhookEvent): readonly StoredEvent[] {
  const { id, listeners } = event;
  const purging = {
    id,
    fields: [],
    body: new TextEncoder().encode(JSON.stringify(purges)),
    listeners: [CACHE],
  };
  return [...(purges.length > 0 ? [purging] : []), ...(listeners.length > 0 ? [event] : [])];
}

async function hand(delivery: Delivery, env: Bindings): Promise<Outcome> {
  const bindings = env as unknown as Readonly<Record<string, unknown>>;
  const queue = toQueueName(delivery.listener);
  if (queue === undefined) return await send(delivery, bindings);
  return await sendToQueue(delivery, queue, { bindings, timeoutMs: TRY_MS });
}

async function send(delivery: Delivery, secrets: Readonly<Record<string, unknown>>): Promise<Outcome> {
  const { id, listener, fields, body } = delivery;
  try {
    const signed = await signDelivery(delivery, secrets);
    const response = await fetch(listener, {
      method: "POST",
      redirect: "manual",
      headers: [
        ...fields.filter(([name]) => name !== "webhook-id").map(([name, value]) => [name, value]),
        ["webhook-id", id],
        ...signed,
      ],
      body,
      signal: AbortSignal.timeout(TRY_MS),
    });
    const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), Date.now());
    await response.body?.cancel();
    return { kind: "answer", status: response.status, retryAfterMs };
  } catch {
    return { kind: "failure" };
  }
}

/** A URL's path may be a secret. */
function toShown(listener: string): string {
  const isUrl = listener !== CACHE && toQueueName(listener) === undefined;
  return isUrl ? new URL(listener).host : listener;
}

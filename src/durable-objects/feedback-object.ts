// The Durable Object that keeps what the isolates know of one pool's quotas together. Stops that outlast an eviction are
// stored; paces are learnt anew from the next answers. core/feedback decides.

import { DurableObject } from "cloudflare:workers";
import type { FeedbackReport, FeedbackView } from "../core/feedback/feedback-messages.ts";
import type { Knowledge } from "../core/feedback/quota-knowledge.ts";
import { SharedFeedback } from "../core/feedback/shared-feedback.ts";
import type { Bindings, FeedbackRpc } from "../platform/bindings.ts";

/** Shorter stops are over by the time that an evicted object is back. */
const STORED_MS_MIN = 5_000;
const PREFIX = "stop:";

export class FeedbackObject extends DurableObject<Bindings> implements FeedbackRpc {
  readonly #shared = new SharedFeedback();
  /** The ends of the stops that are stored, by the quota's key. */
  readonly #stored = new Map<string, number>();

  constructor(context: DurableObjectState, bindings: Bindings) {
    super(context, bindings);
    const nowMs = Date.now();
    for (const [name, known] of context.storage.kv.list<Knowledge>({ prefix: PREFIX })) {
      const key = name.slice(PREFIX.length);
      this.#stored.set(key, known.stopUntilMs);
      this.#shared.restore(key, known, nowMs);
    }
  }

  async exchange(report: FeedbackReport): Promise<FeedbackView> {
    const nowMs = Date.now();
    const view = this.#shared.exchange(report, nowMs);
    if (report.news.length > 0) await this.#store(nowMs);
    return view;
  }

  /** Deletes what is over. */
  override async alarm(): Promise<void> {
    const nowMs = Date.now();
    for (const [key, untilMs] of this.#stored) if (untilMs <= nowMs) this.#delete(key);
    await this.#arm();
  }

  async #store(nowMs: number): Promise<void> {
    let isNew = false;
    for (const { key, known } of this.#shared.known()) {
      const { stopUntilMs } = known;
      if (stopUntilMs - nowMs <= STORED_MS_MIN) {
        // The alarm deletes those that ended by themselves.
        if ((this.#stored.get(key) ?? 0) > nowMs && stopUntilMs <= nowMs) this.#delete(key);
      } else if (this.#stored.get(key) !== stopUntilMs) {
        this.ctx.storage.kv.put(PREFIX + key, known);
        this.#stored.set(key, stopUntilMs);
        isNew = true;
      }
    }
    if (isNew) await this.#arm();
  }

  async #arm(): Promise<void> {
    if (this.#stored.size > 0) await this.ctx.storage.setAlarm(Math.min(...this.#stored.values()));
  }

  #delete(key: string): void {
    this.ctx.storage.kv.delete(PREFIX + key);
    this.#stored.delete(key);
  }
}

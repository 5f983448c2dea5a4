// The Worker of the tests that run in workerd: Headgate itself, and counter objects that fail in every way there is.

import { DurableObject } from "cloudflare:workers";
import type {
  CounterFailure,
  CounterReply,
  CounterRequest,
  Settlement,
} from "../../src/core/counters/counter-messages.ts";
import { CounterObject } from "../../src/durable-objects/counter-object.ts";
import type { Bindings } from "../../src/platform/bindings.ts";
import { SLOW_MS } from "./slow.ts";

export { CallsObject, default } from "../../src/index.ts";
export { AlertsObject } from "../../src/durable-objects/alerts-object.ts";
export { WebhookObject } from "../../src/durable-objects/webhook-object.ts";
export { ControlObject } from "../../src/durable-objects/control-object.ts";
export { CounterObject } from "../../src/durable-objects/counter-object.ts";
export { FeedbackObject } from "../../src/durable-objects/feedback-object.ts";
export { HealthObject } from "../../src/durable-objects/health-object.ts";
export { PurgeObject } from "../../src/durable-objects/purge-object.ts";
export { SnapshotObject } from "../../src/durable-objects/snapshot-object.ts";
export { StatsObject } from "../../src/durable-objects/stats-object.ts";
export { ScriptedObject } from "./scripted-object.ts";

export class StallingObject extends DurableObject {
  async decideText(): Promise<void> {
    await scheduler.wait(5_000);
  }

  async exchange(): Promise<void> {
    await scheduler.wait(1_500);
  }
}

/** Decides as it should, and answers late. It takes messages as objects alone, as those of earlier deployments do. */
export class SlowObject extends DurableObject<Bindings> {
  readonly #counters = new CounterObject(this.ctx, this.env);

  async decide(requests: readonly CounterRequest[]): Promise<readonly (CounterReply | CounterFailure)[]> {
    const replies = this.#counters.decide(requests);
    await scheduler.wait(SLOW_MS);
    return replies;
  }

  settle(settlement: Settlement): void {
    this.#counters.settle(settlement);
  }
}

export class ThrowingObject extends DurableObject {
  decideText(): never {
    throw new Error("broken on purpose");
  }

  findKey(): never {
    throw new Error("broken on purpose");
  }

  exchange(): never {
    throw new Error("broken on purpose");
  }

  totals(): never {
    throw new Error("broken on purpose");
  }
}

export class ForeignObject extends DurableObject {
  decide(): unknown {
    return [{ version: 99, verdicts: [] }];
  }
}

// The Worker of the tests that run in workerd: Headgate itself, and counter objects that fail in every way there is.

import { DurableObject } from "cloudflare:workers";

export { default } from "../../src/index.ts";
export { ControlObject } from "../../src/durable-objects/control-object.ts";
export { CounterObject } from "../../src/durable-objects/counter-object.ts";
export { FeedbackObject } from "../../src/durable-objects/feedback-object.ts";
export { HealthObject } from "../../src/durable-objects/health-object.ts";
export { PurgeObject } from "../../src/durable-objects/purge-object.ts";
export { ScriptedObject } from "./scripted-object.ts";

export class StallingObject extends DurableObject {
  async decide(): Promise<void> {
    await scheduler.wait(5_000);
  }

  async exchange(): Promise<void> {
    await scheduler.wait(1_500);
  }
}

export class ThrowingObject extends DurableObject {
  decide(): never {
    throw new Error("broken on purpose");
  }

  findKey(): never {
    throw new Error("broken on purpose");
  }

  exchange(): never {
    throw new Error("broken on purpose");
  }
}

export class ForeignObject extends DurableObject {
  decide(): unknown {
    return [{ version: 99, verdicts: [] }];
  }
}

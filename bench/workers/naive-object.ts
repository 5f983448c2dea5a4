// One call for every request; the state is in the object's memory and lost when the object is evicted.

import { DurableObject } from "cloudflare:workers";
import { askAndForward } from "./ask-and-forward.ts";
import { type LimitBindings, TokenBucket } from "./token-bucket.ts";

export class Limiter extends DurableObject<LimitBindings> {
  readonly #bucket = new TokenBucket(this.env);

  take(): boolean {
    return this.#bucket.take(Date.now());
  }
}

export default { fetch: askAndForward };

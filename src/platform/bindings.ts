// The names of wrangler.toml as the Worker sees them.

import type { CounterReply, CounterRequest, Settlement } from "../core/counters/messages.ts";

/** What a gateway may ask of a counter object. */
export interface CounterRpc extends Rpc.DurableObjectBranded {
  decide(request: CounterRequest): CounterReply;
  settle(settlement: Settlement): void;
}

export interface Bindings {
  readonly COUNTERS: DurableObjectNamespace<CounterRpc & DurableObject>;
  readonly ORIGIN_URL?: string;
  readonly LIMIT_FACTOR?: string;
}

// The names of wrangler.toml as the Worker sees them.

import type { Purge, PurgeState } from "../core/cache/purge-state.ts";
import type { CounterReply, CounterRequest, Settlement } from "../core/counters/messages.ts";

/** What a gateway may ask of a counter object. */
export interface CounterRpc extends Rpc.DurableObjectBranded {
  decide(request: CounterRequest): CounterReply;
  settle(settlement: Settlement): void;
}

/** What a gateway may ask of the purge object. */
export interface PurgeRpc extends Rpc.DurableObjectBranded {
  readPurges(knownLatest: number): PurgeState | undefined;
  addPurges(purges: readonly Purge[]): PurgeState;
}

export interface Bindings {
  readonly COUNTERS: DurableObjectNamespace<CounterRpc & DurableObject>;
  readonly PURGES: DurableObjectNamespace<PurgeRpc & DurableObject>;
  readonly ORIGIN_URL?: string;
  readonly LIMIT_FACTOR?: string;
  /** A secret, not a var: switches the admin API on. */
  readonly ADMIN_TOKEN?: string;
}

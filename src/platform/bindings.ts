// The names of wrangler.toml as the Worker sees them.

import type { Purge, PurgeState } from "../core/cache/purge-state.ts";
import type { KeyRecord } from "../core/consumers/key-record.ts";
import type { MemberReport, MemberView } from "../core/origins/pool-health.ts";
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

/** What a gateway may ask of the control object. `hash` is the SHA-256 of a key's whole text, in lower-case hexadecimal. */
export interface ControlRpc extends Rpc.DurableObjectBranded {
  findKey(hash: string): KeyRecord | undefined;
}

/** What a gateway may ask of a pool's health object. */
export interface HealthRpc extends Rpc.DurableObjectBranded {
  report(pool: string, reports: readonly MemberReport[]): Promise<readonly MemberView[]>;
}

export interface Bindings {
  readonly COUNTERS: DurableObjectNamespace<CounterRpc & DurableObject>;
  readonly PURGES: DurableObjectNamespace<PurgeRpc & DurableObject>;
  readonly CONTROL: DurableObjectNamespace<ControlRpc & DurableObject>;
  readonly HEALTH: DurableObjectNamespace<HealthRpc & DurableObject>;
  readonly ORIGIN_URL?: string;
  readonly LIMIT_FACTOR?: string;
  /** A secret, not a var: switches the admin API on. */
  readonly ADMIN_TOKEN?: string;
}

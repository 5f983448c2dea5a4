// The Durable Object that knows what has been purged: one for the whole deployment. Isolates read it every few seconds
// while they serve cached routes; a purge is one small write, however much it makes invalid.

import { DurableObject } from "cloudflare:workers";
import { addPurge, forgetPurges, NO_PURGES, type Purge, type PurgeState } from "../core/cache/purge-state.ts";
import { RETENTION_MS_MAX } from "../core/cache/stored-response.ts";
import type { Bindings, PurgeRpc } from "../platform/bindings.ts";

const STATE_KEY = "purges";

export class PurgeObject extends DurableObject<Bindings> implements PurgeRpc {
  /** The state when it is newer than what the caller knows, else undefined. */
  readPurges(knownLatest: number): PurgeState | undefined {
    const state = this.#read();
    return state.latest > knownLatest ? state : undefined;
  }

  /** The state with these purges in it. The answer leaves when it is durable. */
  addPurges(purges: readonly Purge[]): PurgeState {
    const nowMs = Date.now();
    let state = forgetPurges(this.#read(), nowMs - RETENTION_MS_MAX);
    for (const purge of purges) state = addPurge(state, purge, nowMs);
    this.ctx.storage.kv.put(STATE_KEY, state);
    return state;
  }

  #read(): PurgeState {
    return this.ctx.storage.kv.get<PurgeState>(STATE_KEY) ?? NO_PURGES;
  }
}

// What this isolate knows of purges: learnt before the first stored answer is used, then refreshed in the background
// every few seconds. A purge made through this isolate holds here at once.

import { createPurgeIndex, type PurgeIndex } from "../../core/cache/purge-index.ts";
import { addPurge, NO_PURGES, type Purge, type PurgeState } from "../../core/cache/purge-state.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { Poll } from "../request/poll.ts";

/** Older knowledge is none: stored answers wait for the new. So a purge holds everywhere within this, in milliseconds. */
const KNOWN_MS_MAX = 5_000;
/** Purges that the purge object has not confirmed. */
const PENDING_MAX = 100;
const OBJECT_NAME = "purges";

export class PurgeClient {
  readonly #namespace: Bindings["PURGES"];
  /** As the purge object numbered them: generations are its clock's alone. */
  #state: PurgeState = NO_PURGES;
  /** Made here and not yet known to be in the state. */
  #pending: readonly Purge[] = [];
  #index: PurgeIndex = createPurgeIndex(NO_PURGES);
  readonly #poll = new Poll<PurgeState>({
    ask: async () => this.#stub().readPurges(this.#state.latest),
    learn: (state) => {
      this.#set(state);
    },
  });

  constructor(namespace: Bindings["PURGES"]) {
    this.#namespace = namespace;
  }

  /** The newest purge that this isolate knows: what a record stored now is marked with. */
  get latest(): number {
    return this.#state.latest;
  }

  /** The index, or undefined when it cannot be learnt in time: nothing stored may then be used. */
  async read(waitUntil: (promise: Promise<unknown>) => void): Promise<PurgeIndex | undefined> {
    const nowMs = readClock();
    if (this.#poll.toAgeMs(nowMs) >= KNOWN_MS_MAX)
      return (await this.#poll.know(nowMs, waitUntil)) ? this.#index : undefined;
    this.#poll.refresh(nowMs, waitUntil);
    return this.#index;
  }

  /** Makes purges: here at once, everywhere else within seconds. Resolves to whether they are durable. */
  async add(purges: readonly Purge[]): Promise<boolean> {
    this.#setPending([...this.#pending, ...purges].slice(-PENDING_MAX));
    try {
      const state = await this.#stub().addPurges(purges);
      this.#setPending(this.#pending.filter((purge) => !purges.includes(purge)));
      this.#set(state);
      return true;
    } catch {
      // They stay pending: at least this isolate keeps to them.
      return false;
    }
  }

  #set(state: PurgeState): void {
    if (state.latest <= this.#state.latest) return;
    this.#state = state;
    this.#setPending(this.#pending);
  }

  #setPending(pending: readonly Purge[]): void {
    this.#pending = pending;
    let state = this.#state;
    // Numbered above all that are known, whatever this isolate's clock says.
    for (const purge of pending) state = addPurge(state, purge, 0);
    this.#index = createPurgeIndex(state);
  }

  #stub(): ReturnType<Bindings["PURGES"]["getByName"]> {
    return this.#namespace.getByName(OBJECT_NAME);
  }
}

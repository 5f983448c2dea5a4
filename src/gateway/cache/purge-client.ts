// What this isolate knows of purges: learnt near it before the first stored answer is used, then refreshed in the background
// every few seconds. A purge made through this isolate holds here at once.

import { createPurgeIndex, type PurgeIndex } from "../../core/cache/purge-index.ts";
import { addPurge, NO_PURGES, type Purge, type PurgeState } from "../../core/cache/purge-state.ts";
import { type Bindings, PURGES_NAME } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import type { NearObject } from "../request/near-object.ts";
import { Poll } from "../request/poll.ts";

/** Purges that the purge object has not confirmed. */
const PENDING_MAX = 100;

/** Where purges hold within what each route promises: where not everywhere, some place learns of them within a minute. */
export type PurgeReach = "everywhere" | "most" | "none";

export class PurgeClient {
  readonly #namespace: Bindings["PURGES"];
  readonly #near: NearObject;
  /** As the purge object numbered them: generations are its clock's alone. */
  #state: PurgeState = NO_PURGES;
  /** Made here and not yet known to be in the state. */
  #pending: readonly Purge[] = [];
  #index: PurgeIndex = createPurgeIndex(NO_PURGES);
  readonly #poll = new Poll<PurgeState>({
    ask: async () => this.#ask(this.#state.latest),
    learn: (state) => {
      this.#set(state);
    },
  });

  constructor(namespace: Bindings["PURGES"], near: NearObject) {
    this.#namespace = namespace;
    this.#near = near;
  }

  /** The newest purge that this isolate knows: what a record stored now is marked with. */
  get latest(): number {
    return this.#state.latest;
  }

  /**
   * The index, no older than this, so that a purge holds within it; undefined when it cannot be learnt in time: nothing stored
   * may then be used.
   */
  async read(
    withinMs: number,
    waitUntil: (promise: Promise<unknown>) => void,
  ): Promise<PurgeIndex | undefined> {
    const nowMs = readClock();
    if (this.#poll.toAgeMs(nowMs) >= withinMs)
      return (await this.#poll.know(nowMs, waitUntil)) ? this.#index : undefined;
    this.#poll.refresh(nowMs, waitUntil);
    return this.#index;
  }

  /** Makes purges: here at once, everywhere else within seconds. "none": they are not durable. */
  async add(purges: readonly Purge[]): Promise<PurgeReach> {
    this.#setPending([...this.#pending, ...purges].slice(-PENDING_MAX));
    try {
      const { isEverywhere, ...state } = await this.#stub().addPurges(purges);
      this.#setPending(this.#pending.filter((purge) => !purges.includes(purge)));
      this.#set(state);
      return isEverywhere ? "everywhere" : "most";
    } catch {
      // They stay pending: at least this isolate keeps to them.
      return "none";
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

  async #ask(latest: number): Promise<PurgeState | undefined> {
    return await this.#near.ask<PurgeState | undefined>(
      async (near, place) => near.readPurges(latest, place),
      async () => this.#stub().readPurges(latest),
    );
  }

  #stub(): ReturnType<Bindings["PURGES"]["getByName"]> {
    return this.#namespace.getByName(PURGES_NAME);
  }
}

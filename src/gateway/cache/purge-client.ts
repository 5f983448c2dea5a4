// What this isolate knows of purges: learnt near it before the first stored answer is used, then refreshed in the background
// every few seconds. A purge made through this isolate holds here at once.

import { createPurgeIndex, type PurgeIndex } from "../../core/cache/purge-index.ts";
import { addPurge, NO_PURGES, type Purge, type PurgeState } from "../../core/cache/purge-state.ts";
import { type Bindings, PURGES_NAME } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import type { News } from "../request/news.ts";

/** Purges that the purge object has not confirmed. */
const PENDING_MAX = 100;

/** Where purges hold within what each route promises: where not everywhere, some place learns of them within a minute. */
export type PurgeReach = "everywhere" | "most" | "none";

export class PurgeClient {
  readonly #namespace: Bindings["PURGES"];
  readonly #news: News;
  /** Who uses nothing that is stored needs to know of no purges. */
  #isUsed = false;
  /** As the purge object numbered them: generations are its clock's alone. */
  #state: PurgeState = NO_PURGES;
  /** Made here and not yet known to be in the state. */
  #pending: readonly Purge[] = [];
  #index: PurgeIndex = createPurgeIndex(NO_PURGES);

  constructor(namespace: Bindings["PURGES"], news: News) {
    this.#namespace = namespace;
    this.#news = news;
    news.follow("purges", {
      version: () => (this.#isUsed ? this.#state.latest : undefined),
      learn: (state) => {
        this.#set(state);
      },
      askFar: async (latest) => this.#stub().readPurges(latest),
    });
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
    this.#isUsed = true;
    const nowMs = readClock();
    if (this.#news.toAgeMs("purges", nowMs) >= withinMs)
      return (await this.#news.know("purges", withinMs, waitUntil)) ? this.#index : undefined;
    this.#news.refresh(nowMs, waitUntil);
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

  #stub(): ReturnType<Bindings["PURGES"]["getByName"]> {
    return this.#namespace.getByName(PURGES_NAME);
  }
}

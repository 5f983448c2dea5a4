// What a snapshot object knows of purges: the purge object sends it each one, and while it is asked it also looks by itself,
// for one that may not have arrived. What it was told long ago is confirmed before it is passed on.

import type { PurgeState } from "../core/cache/purge-state.ts";
import { type Bindings, PURGES_NAME } from "../platform/bindings.ts";
import { Heard, inTime, soonEnough } from "./heard.ts";

/** While it is asked, it looks for what was not sent after this long. */
const CHECK_MS = 2_000;
const STATE_KEY = "purges";

export class NearPurges {
  readonly #context: DurableObjectState;
  readonly #namespace: Bindings["PURGES"];
  #state: PurgeState | undefined;
  readonly #heard: Heard;
  #checkedMs = 0;
  #following: Promise<PurgeState> | undefined;

  constructor(context: DurableObjectState, { PURGES }: Pick<Bindings, "PURGES">) {
    this.#context = context;
    this.#namespace = PURGES;
    const { kv } = context.storage;
    this.#heard = new Heard(kv, "purges-heard");
    this.#state = kv.get<PurgeState>(STATE_KEY);
  }

  /** The state where it is newer than what the caller knows. Rejects where it cannot be known. `place` names this object. */
  async read(knownLatest: number, place: string): Promise<PurgeState | undefined> {
    const state = this.#heard.isTrusted(Date.now()) ? this.#state : undefined;
    const known = state ?? (await soonEnough((this.#following ??= this.#follow(place))));
    if (Date.now() - this.#checkedMs >= CHECK_MS) this.#context.waitUntil(this.#check(known.latest));
    return known.latest > knownLatest ? known : undefined;
  }

  /** From the purge object, all that there is. */
  put(state: PurgeState): void {
    this.#hear(Date.now(), state);
  }

  /** From here on the purge object sends every purge. */
  async #follow(place: string): Promise<PurgeState> {
    const askedMs = Date.now();
    this.#checkedMs = askedMs;
    try {
      const state = await this.#stub().follow(place);
      return this.#hear(askedMs, state) ?? state;
    } catch (error) {
      this.#heard.doubt();
      throw error;
    } finally {
      this.#following = undefined;
    }
  }

  async #check(latest: number): Promise<void> {
    const askedMs = Date.now();
    this.#checkedMs = askedMs;
    try {
      this.#hear(askedMs, await inTime(Promise.resolve(this.#stub().readPurges(latest))));
    } catch {
      this.#heard.doubt();
    }
  }

  /** Two answers may come in the wrong order: what is older than what is known is dropped. */
  #hear(askedMs: number, state: PurgeState | undefined): PurgeState | undefined {
    const { kv } = this.#context.storage;
    if (state !== undefined && (this.#state === undefined || state.latest > this.#state.latest)) {
      // What came with a call holds on to it, and that keeps this object from ever being evicted.
      this.#state = structuredClone({ ...state });
      kv.put(STATE_KEY, this.#state);
    }
    this.#heard.note(askedMs);
    return this.#state;
  }

  #stub(): ReturnType<Bindings["PURGES"]["getByName"]> {
    return this.#namespace.getByName(PURGES_NAME);
  }
}

// Learns in the background what one Durable Object knows for all isolates: asked anew every few seconds while requests
// come, never in a request's way unless the request says that it must know.

import { Collapsing } from "./collapsing.ts";

/** While requests come, a change holds within this and one call, unless somebody wants it sooner. */
const REFRESH_MS = 2_000;
const TIMEOUT_MS = 1_000;
/** All who must know wait for the same. */
const ONE_KEY = "";

export interface Polled<State> {
  /** Older knowledge is asked for anew behind a request's back. */
  readonly refreshMs?: number;
  /** undefined: nothing is newer than what is known. */
  readonly ask: () => Promise<State | undefined>;
  readonly learn: (state: State) => void;
}

export class Poll<State> {
  readonly #polled: Polled<State>;
  #learntMs = -Infinity;
  #askedMs = -Infinity;
  readonly #collapsing = new Collapsing();

  constructor(polled: Polled<State>) {
    this.#polled = polled;
  }

  /** How old the knowledge is, in milliseconds. */
  toAgeMs(nowMs: number): number {
    return nowMs - this.#learntMs;
  }

  /** Asks under `waitUntil` when it is time. */
  refresh(nowMs: number, waitUntil: (promise: Promise<unknown>) => void): void {
    const { refreshMs = REFRESH_MS } = this.#polled;
    if (nowMs - this.#learntMs >= refreshMs && nowMs - this.#askedMs >= TIMEOUT_MS)
      waitUntil(this.ask(nowMs));
  }

  /** Asks for a request that must know, once for all that must at the same time. Resolves to whether it is known now. */
  async know(nowMs: number, waitUntil: (promise: Promise<unknown>) => void): Promise<boolean> {
    const publish = this.#collapsing.lead(ONE_KEY, waitUntil);
    if (publish !== undefined) {
      const isKnown = await this.ask(nowMs);
      publish(isKnown ? "stored" : "released");
      return isKnown;
    }
    const outcome = await this.#collapsing.wait(ONE_KEY, TIMEOUT_MS);
    return outcome === "stored";
  }

  /** Resolves to whether it was answered in time. Never throws. `ask` asks somebody else. */
  async ask(nowMs: number, ask: Polled<State>["ask"] = this.#polled.ask): Promise<boolean> {
    this.#askedMs = nowMs;
    const late = scheduler.wait(TIMEOUT_MS).then(() => false);
    return await Promise.race([this.#learn(nowMs, ask), late]);
  }

  async #learn(nowMs: number, ask: Polled<State>["ask"]): Promise<boolean> {
    try {
      const state = await ask();
      if (state !== undefined) this.#polled.learn(state);
      this.#learntMs = Math.max(this.#learntMs, nowMs);
      return true;
    } catch {
      return false;
    }
  }
}

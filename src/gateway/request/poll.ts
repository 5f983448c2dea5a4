// Learns in the background what one Durable Object knows for all isolates: asked anew every few seconds while requests
// come, never in a request's way unless the request says that it must know.

/** While requests come, a change holds within this and one call, unless somebody wants it sooner. */
const REFRESH_MS = 2_000;
const TIMEOUT_MS = 1_000;

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

  /** Resolves to whether it was answered in time. Never throws. */
  async ask(nowMs: number): Promise<boolean> {
    this.#askedMs = nowMs;
    const late = scheduler.wait(TIMEOUT_MS).then(() => false);
    return await Promise.race([this.#learn(nowMs), late]);
  }

  async #learn(nowMs: number): Promise<boolean> {
    try {
      const state = await this.#polled.ask();
      if (state !== undefined) this.#polled.learn(state);
      this.#learntMs = Math.max(this.#learntMs, nowMs);
      return true;
    } catch {
      return false;
    }
  }
}

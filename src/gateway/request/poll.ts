// Learns in the background what one Durable Object knows for all isolates: asked anew every few seconds while requests
// come, never in a request's way.

const TIMEOUT_MS = 1_000;

export interface Polled<State> {
  /** Older knowledge is asked for anew behind a request's back. */
  readonly refreshMs: number;
  readonly ask: () => Promise<State>;
  readonly learn: (state: State) => void;
}

export class Poll<State> {
  readonly #polled: Polled<State>;
  #learntMs = -Infinity;
  #askedMs = -Infinity;

  constructor(polled: Polled<State>) {
    this.#polled = polled;
  }

  /** Asks under `waitUntil` when it is time: `afterMs` after what it learnt last was asked for. */
  refresh(
    nowMs: number,
    waitUntil: (promise: Promise<unknown>) => void,
    afterMs = this.#polled.refreshMs,
  ): void {
    const isAsking = this.#learntMs < this.#askedMs && nowMs - this.#askedMs < TIMEOUT_MS;
    if (isAsking || nowMs - this.#learntMs < afterMs) return;
    this.#askedMs = nowMs;
    const late = scheduler.wait(TIMEOUT_MS);
    waitUntil(Promise.race([this.#learn(nowMs), late]));
  }

  /** Never throws. */
  async #learn(nowMs: number): Promise<void> {
    try {
      this.#polled.learn(await this.#polled.ask());
      this.#learntMs = Math.max(this.#learntMs, nowMs);
    } catch {
      // What was known goes on.
    }
  }
}

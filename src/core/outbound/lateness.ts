// How much later than it is sent a call may reach its origin, which counts it then: a call that follows when the window of
// an earlier one has just ended here must not arrive before it has ended there. Mutable, since every answer changes it.

/** A slow origin has most of the time to itself: a call arrived long before its answer did. */
const MARGIN_WINDOWS = 0.05;
/** What is left of the slowest answer with each that follows. */
const FADE = 0.95;

export class Lateness {
  #slowestMs = 0;

  note(answerMs: number): void {
    this.#slowestMs = Math.max(answerMs, this.#slowestMs * FADE);
  }

  /** What those who wait for a policy's quota wait in addition. Without a window there is nothing that ends. */
  toMarginMs(windowMs: number | undefined): number {
    return windowMs === undefined ? 0 : Math.ceil(Math.min(this.#slowestMs, windowMs * MARGIN_WINDOWS));
  }
}

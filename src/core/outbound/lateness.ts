// How much later than it is sent a call may reach its origin, which counts it then: a call that follows when the window of
// an earlier one has just ended here must not arrive before it has ended there. Mutable, since every answer changes it.

/**
 * A slow origin has most of the time to itself: a call arrived long before its answer did. Of a short window more may be lost
 * than of a long one, since a call that comes too early waits for another window.
 */
const MARGIN_WINDOWS = 0.05;
const MARGIN_WINDOWS_SHORT = 0.1;
const MARGIN_MS = 500;
/** What is left of the slowest answer with each that follows. */
const FADE = 0.98;

export class Lateness {
  /** undefined before any answer: then as much as may be. */
  #slowestMs: number | undefined;

  note(answerMs: number): void {
    this.#slowestMs = Math.max(answerMs, (this.#slowestMs ?? 0) * FADE);
  }

  /** What those who wait for a policy's quota wait in addition. Without a window there is nothing that ends. */
  toMarginMs(policy: WaitedFor | undefined): number {
    const windowMs = policy === undefined ? undefined : toWaitedMs(policy);
    if (windowMs === undefined) return 0;
    const most = Math.max(windowMs * MARGIN_WINDOWS, Math.min(MARGIN_MS, windowMs * MARGIN_WINDOWS_SHORT));
    return Math.ceil(Math.min(this.#slowestMs ?? Infinity, most));
  }
}

interface WaitedFor {
  readonly algorithm: string;
  readonly limit: number;
  readonly windowMs: number | undefined;
}

/** Those whose quota comes back unit by unit: each call waits for one, and must not wait by the whole window's measure. */
const STEADY: ReadonlySet<string> = new Set(["token-bucket", "leaky-bucket"]);

function toWaitedMs({ algorithm, limit, windowMs }: WaitedFor): number | undefined {
  return windowMs !== undefined && STEADY.has(algorithm) ? windowMs / Math.max(1, limit) : windowMs;
}

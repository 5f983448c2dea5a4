// How much later than it is sent a call may reach its origin, which counts it then: a call that follows when the window of
// an earlier one has just ended here must not arrive before it has ended there. Mutable, since every answer changes it.

/**
 * A slow origin has most of the time to itself: a call arrived long before its answer did. Of a short window more may be lost
 * than of a long one, since a call that comes too early waits for another window.
 */
const MARGIN_WINDOWS = 0.05;
const MARGIN_WINDOWS_SHORT = 0.1;
const MARGIN_MS = 500;
/** How much longer than a window its answers are remembered: they came after their calls were counted. */
const REMEMBERED_WINDOWS = 1.25;
/** Slow answers that are remembered apart. */
const ANSWERS_MAX = 32;

interface SlowAnswer {
  readonly atMs: number;
  readonly tookMs: number;
}

export class Lateness {
  /** The oldest first, each faster than those before it: what was slower and came later is all that counts. */
  #slow: SlowAnswer[] = [];
  /** undefined before any answer: then as much as may be. */
  #lastMs: number | undefined;

  note(tookMs: number, nowMs: number): void {
    this.#lastMs = tookMs;
    const slower = this.#slow.filter((one) => one.tookMs > tookMs);
    // The last two become one, as slow as the slower and as late as the later.
    const last = slower.length >= ANSWERS_MAX ? slower.pop() : undefined;
    this.#slow = [...slower, { atMs: nowMs, tookMs: last?.tookMs ?? tookMs }];
  }

  /**
   * By how much a call may have been later at its origin than at its counter: as late as the slowest of the answers to calls
   * that a window still counts. Without a window there is nothing that ends.
   */
  toMarginMs(policy: WaitedFor | undefined, nowMs: number): number {
    const windowMs = policy === undefined ? undefined : toWaitedMs(policy);
    if (policy?.windowMs === undefined || windowMs === undefined) return 0;
    const most = Math.max(windowMs * MARGIN_WINDOWS, Math.min(MARGIN_MS, windowMs * MARGIN_WINDOWS_SHORT));
    const sinceMs = nowMs - policy.windowMs * REMEMBERED_WINDOWS;
    const slowestMs = this.#slow.find(({ atMs }) => atMs > sinceMs)?.tookMs ?? this.#lastMs ?? Infinity;
    return Math.ceil(Math.min(slowestMs, most));
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

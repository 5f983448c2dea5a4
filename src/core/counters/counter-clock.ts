// The time of a counter object, which never runs backwards while anything is in memory: where its clock was set back, time
// stands still for a minute at most, and then begins anew. Pure: what the clock shows is an argument.

/** A clock that is right again within so long was never behind. Rows may be ahead of an object that has just started by it. */
const STANDS_MS_MAX = 60_000;
/** A row is ahead of the time at which it was written by a second at most (write-ahead.ts). */
const WRITTEN_AHEAD_MS = 1_000;

export class CounterClock {
  #timeMs: number;
  /** When time last began anew, and the latest time before it: of what stopped then it is known how long ago it was. */
  #beganMs: number;
  #beforeMs: number | undefined;
  /** What the clock showed when it was first seen behind; undefined: it is not. */
  #behindMs: number | undefined;

  constructor(clockMs: number) {
    this.#timeMs = clockMs;
    this.#beganMs = clockMs;
  }

  get timeMs(): number {
    return this.#timeMs;
  }

  /** Takes what the clock shows. True: time begins anew, and what is in memory is of another one. */
  read(clockMs: number): boolean {
    if (clockMs >= this.#timeMs) {
      this.#timeMs = clockMs;
      this.#behindMs = undefined;
      return false;
    }
    this.#behindMs = Math.min(this.#behindMs ?? clockMs, clockMs);
    if (clockMs - this.#behindMs < STANDS_MS_MAX) return false;
    this.#beganMs = this.#behindMs;
    this.#beforeMs = this.#timeMs;
    this.#timeMs = clockMs;
    this.#behindMs = undefined;
    return true;
  }

  /**
   * How much earlier in this time something was whose latest moment was `latestMs`; 0: it is of this time. What is of another
   * one was before this one began: how long before is known only of the time that stopped then.
   */
  toBackMs(latestMs: number): number {
    const aheadMsMax = this.#beforeMs === undefined ? STANDS_MS_MAX : WRITTEN_AHEAD_MS;
    if (latestMs <= this.#timeMs + aheadMsMax) return 0;
    return Math.max(latestMs, this.#beforeMs ?? latestMs) - this.#beganMs;
  }
}

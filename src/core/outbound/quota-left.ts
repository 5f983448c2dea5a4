// How much of its quota one account has left, as far as an isolate has seen: so that calls go where most is left. An
// estimate: that no more is taken than there is, its counters see to. Mutable, with time as an argument.

export class QuotaLeft {
  #share = 1;
  #emptyUntilMs = -Infinity;

  /** After a call was admitted. */
  note(remaining: number, limit: number): void {
    if (limit > 0 && remaining < Infinity) this.#share = Math.min(1, Math.max(0, remaining / limit));
  }

  /** After a call found none. What is there afterwards the next one will see. */
  empty(untilMs: number): void {
    this.#emptyUntilMs = untilMs;
    this.#share = 1;
  }

  /** 0 to 1; 0 only while there is none. `usedShare` is what the origin says itself. */
  read(nowMs: number, usedShare = 0): number {
    if (nowMs < this.#emptyUntilMs) return 0;
    return Math.max(0.001, Math.min(this.#share, 1 - usedShare));
  }

  /** How long there is none; 0: there is some. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#emptyUntilMs - nowMs);
  }
}

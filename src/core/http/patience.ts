// How long a sender is waited for. What comes buys some of that time back, but never more than there was at the start: a
// long body may take long, a pause and a trickle may not. Pure: time is an argument.

/** Of a client: 1,000 bytes a second are fast enough. */
export const CLIENT_MS_PER_BYTE = 1;

export class Patience {
  readonly #msMax: number;
  readonly #msPerByte: number;
  #leftMs: number;
  #sinceMs = 0;

  /** With an `msPerByte` of 0 what comes buys nothing back: `msMax` is for all of it. */
  constructor(msMax: number, msPerByte: number) {
    this.#msMax = msMax;
    this.#msPerByte = msPerByte;
    this.#leftMs = msMax;
  }

  /** When it ends, unless something comes before. */
  get dueMs(): number {
    return this.#sinceMs + this.#leftMs;
  }

  /** The wait for the next piece begins. */
  wait(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  receive(bytes: number, nowMs: number): void {
    const leftMs = this.#leftMs - (nowMs - this.#sinceMs) + bytes * this.#msPerByte;
    this.#leftMs = Math.min(this.#msMax, leftMs);
  }
}

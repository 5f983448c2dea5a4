// What a row has sent of late, and a key may therefore have used up: a turn that begins before that has come back must not
// be held to a whole limit.

export class RecentUse {
  readonly #windowMs: number;
  #sent = 0;
  #endedMs = -Infinity;

  /** `windowMs`: in which all that a key used has come back. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** The most that a key may still lack of its limit. */
  toMissing(nowMs: number): number {
    return nowMs - this.#endedMs >= this.#windowMs ? 0 : this.#sent;
  }

  /** Notes requests that were sent from `startedMs` to `endedMs`. */
  note(sent: number, { startedMs, endedMs }: { readonly startedMs: number; readonly endedMs: number }): void {
    this.#sent = this.toMissing(startedMs) + sent;
    this.#endedMs = endedMs;
  }
}

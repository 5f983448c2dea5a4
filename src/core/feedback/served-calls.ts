// How many calls were answered when, within about a window: counted in hundredths of it, so that the memory is bounded whatever
// the rate is. Mutable; time is an argument.

const PARTS = 100;

export class ServedCalls {
  readonly #partMs: number;
  /** Calls by part of time, the oldest first. */
  readonly #counts = new Map<number, number>();

  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS;
  }

  add(nowMs: number): void {
    const part = Math.floor(nowMs / this.#partMs);
    this.#counts.set(part, (this.#counts.get(part) ?? 0) + 1);
    // A reading may be a whole window old.
    for (const oldest of this.#counts.keys()) {
      if (oldest >= part - 2 * PARTS) break;
      this.#counts.delete(oldest);
    }
  }

  /** Of the parts that lie wholly between two times. */
  countBetween(fromMs: number, toMs: number): number {
    const first = Math.ceil(fromMs / this.#partMs);
    const end = Math.floor(toMs / this.#partMs);
    let calls = 0;
    for (const [part, count] of this.#counts) if (part >= first && part < end) calls += count;
    return calls;
  }
}

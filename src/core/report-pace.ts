// When those who report to one object come again: each as soon as it may, but no more in a second than the object can
// take, however many there are. Each answer books a place, so a fleet that started all at once is spread by its first
// answers. Mutable, bounded, with time as an argument.

const SECOND_MS = 1_000;
/** Places in a second. An object answers about a thousand calls in that time; those that never asked come on top. */
const PLACES = 150;
/** Nobody waits longer, however many there are: what is reported is to be of use. In seconds. */
const LONGEST_SECONDS = 120;

export class ReportPace {
  readonly #places: number;
  /** Places taken, by the second, as long as it is still to come. */
  readonly #taken = new Uint16Array(LONGEST_SECONDS + 1);
  #second = 0;

  /** `places`: in a second, for an object whose answers cost less. */
  constructor(places = PLACES) {
    this.#places = places;
  }

  /** How long from now its caller is to wait before it comes again: at least `baseMs`. */
  next(nowMs: number, baseMs: number): number {
    const now = Math.floor(nowMs / SECOND_MS);
    this.#pass(now);
    const first = Math.floor((nowMs + baseMs) / SECOND_MS);
    for (let second = first; second < now + LONGEST_SECONDS; second += 1) {
      const at = second % this.#taken.length;
      const taken = this.#taken[at] ?? 0;
      if (taken >= this.#places) continue;
      this.#taken[at] = taken + 1;
      return Math.max(baseMs, second * SECOND_MS + (taken * SECOND_MS) / this.#places - nowMs);
    }
    return Math.max(baseMs, LONGEST_SECONDS * SECOND_MS);
  }

  /** Gives the seconds that are over to those to come. A clock that is set back books on from where it was. */
  #pass(now: number): void {
    const over = Math.min(now - this.#second, this.#taken.length);
    for (let back = 1; back <= over; back += 1) this.#taken[(now - back) % this.#taken.length] = 0;
    if (over > 0) this.#second = now;
  }
}

/**
 * How long a new isolate waits before it reports for the first time, in milliseconds: a deploy starts all at once, and none
 * has heard yet how many there are. On a machine of one's own (`isOfNetwork` false) there is one isolate, which need not.
 */
export function toFirstDelayMs(
  isOfNetwork: boolean,
  { fromMs, spreadMs }: FirstDelay,
  random: number,
): number {
  return isOfNetwork ? fromMs + random * spreadMs : 0;
}

export interface FirstDelay {
  readonly fromMs: number;
  readonly spreadMs: number;
}

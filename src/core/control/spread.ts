// Over how many objects the isolates of one continent spread their questions: one while it can bear them, and twice as many
// wherever one is asked too often. Each object says so in its answers, and no promise depends on how many there are: each
// has all that there is to know. An isolate goes back to fewer with its end. Mutable, with time as an argument.

const SECOND_MS = 1_000;
/** Objects on a continent. Each that was ever asked is sent every change. */
export const SPREAD_MAX = 8;
/** Calls in a second above which there are to be more objects: one answers about a thousand. */
const BUSY = 200;
const SHARDS_PER_OBJECT = 32;

export class CallRate {
  #second = 0;
  #calls = 0;

  count(nowMs: number): void {
    const second = Math.floor(nowMs / SECOND_MS);
    // A clock that is set back goes on counting in the second that it was in.
    if (second > this.#second) {
      this.#second = second;
      this.#calls = 0;
    }
    this.#calls += 1;
  }

  /** For an isolate that believes in so many objects. */
  toSpread(spread: number): number {
    return this.#calls > BUSY ? Math.min(SPREAD_MAX, spread * 2) : spread;
  }
}

/** What a new isolate begins with. Who spreads counters over many objects has many isolates, and a deploy starts all at once. */
export function toFirstSpread(shards: number): number {
  return Math.min(SPREAD_MAX, Math.max(1, Math.floor(shards / SHARDS_PER_OBJECT)));
}

/** The name of the object of an isolate that has drawn this, at least 0 and below 1. */
export function toNearName(place: string, { spread, draw }: { spread: number; draw: number }): string {
  const index = Math.floor(draw * spread);
  return index === 0 ? place : `${place}:${index}`;
}

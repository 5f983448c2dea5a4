// Collapses requests (request coalescing, single flight): of many that miss the same key at the same moment in one isolate,
// one goes to the origin, so that a cache stampede does not reach it. What crosses requests is a promise of a plain word:
// the leader runs under waitUntil, and each follower waits on a clock of its own, so that none hangs on a request that is
// gone.

export type Outcome = "stored" | "released";

/** Keys that are fetched at the same time; requests for more go to the origin on their own. */
const IN_FLIGHT_MAX = 1_000;

export class Collapsing {
  readonly #fetches = new Map<string, Promise<Outcome>>();

  /** The outcome of the leader's fetch of this key, or undefined when there is no leader to wait for. */
  async wait(key: string, timeoutMs: number): Promise<Outcome | undefined> {
    const fetched = this.#fetches.get(key);
    if (fetched === undefined) return undefined;
    return await Promise.race([fetched, scheduler.wait(timeoutMs).then(() => "released" as const)]);
  }

  /** Makes the caller the leader of a key; undefined when there is one, or too many. It must publish an outcome in every case. */
  lead(
    key: string,
    waitUntil: (promise: Promise<unknown>) => void,
  ): ((outcome: Outcome) => void) | undefined {
    if (this.#fetches.has(key) || this.#fetches.size >= IN_FLIGHT_MAX) return undefined;
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.#fetches.set(key, promise);
    // Keeps the leader's request going for its followers when its own client leaves.
    waitUntil(promise);
    return (outcome) => {
      if (this.#fetches.get(key) === promise) this.#fetches.delete(key);
      resolve(outcome);
    };
  }
}

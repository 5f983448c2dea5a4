// What isolates report of an origin pool's load, and what they learn in return: plain values, durations only.

/** How many priorities there are: a rank is from 0, the highest, to one less. */
export const RANKS = 3;

/** How many reports a health object takes in a second: the more isolates may report each second, the sooner it knows. */
export const LOAD_REPORTS = 300;
/** While load is shed an isolate reports when it is time, and not only when a request comes: for so long after the last one. */
export const ON_TIME_MS = 3_000;

export interface LoadReport {
  /** Tells the isolates of a pool apart. */
  readonly isolate: string;
  /** Since its last report. */
  readonly elapsedMs: number;
  /** The sum of the times that requests were on their way in it: divided by `elapsedMs`, how many were at a time. */
  readonly flightMs: number;
  /** Requests that came, by rank, whether they were let in or not. */
  readonly arrivals: readonly number[];
  readonly answers: number;
  /** Of these, what says that the origin has too much to do: 503, 504, or no answer in time. */
  readonly bad: number;
  /**
   * Of requests of the priority that shares: how many its share would let in on average, and how many it did. Clients are let in
   * as a whole, so the two differ. An isolate of the version before says neither.
   */
  readonly meant?: number | undefined;
  readonly letIn?: number | undefined;
  /** Clients that came most often: their hashes, ranks and requests. */
  readonly top: readonly (readonly [client: number, rank: number, requests: number])[];
  /** What the isolate goes by: an object that has just started goes on from there. */
  readonly known: LoadView | undefined;
  /** Nothing is refused: what would be has no effect on the load. */
  readonly isShadow: boolean;
}

export interface LoadView {
  /** Who is let in: a request whose rank and place (from 0 to 1, its client's for an hour) add up to less. 3: everybody. */
  readonly open: number;
  /** Clients that alone would take the others' room, by their hashes, and the share of their requests that is let in. */
  readonly heavy: readonly { readonly client: number; readonly share: number }[];
  /** How long an answer takes while the origin is well; 0: not known yet. */
  readonly baseMs: number;
  /** The share of each rank that was let in of late, for limits that follow it (eased-shares.ts). undefined: all. */
  readonly eased?: readonly number[] | undefined;
}

export const ALL_OPEN: LoadView = Object.freeze({ open: RANKS, heavy: [], baseMs: 0 });

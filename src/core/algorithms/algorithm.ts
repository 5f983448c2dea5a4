// What every limiting algorithm is: pure functions from (config, state, moment) to a verdict. An algorithm never reads
// a clock, never stores anything and never knows what its key stands for.

import type { Result } from "../result.ts";

/** The moment of a request, and its cost. */
export interface Moment {
  /** Milliseconds since the epoch, of the counter object's clock. An algorithm never lets it run backwards. */
  readonly nowMs: number;
  /** 0, or at least 1, in whole parts of a unit (UNIT_PARTS). A cost of 0 peeks: always allowed, never counted. */
  readonly cost: number;
}

export type Outcome = "allowed" | "denied" | "impossible";

/** The decision of an algorithm. */
export interface Verdict<State> {
  readonly outcome: Outcome;
  /** The state to keep. When the outcome is not "allowed", the very state that was passed in. */
  readonly state: State | undefined;
  /** Whole units that are left after this verdict, at this moment: the dearest request that would be admitted. */
  readonly remaining: number;
  /** 0 when allowed; when denied, the fewest milliseconds after which the same request is admitted; else Infinity. */
  readonly retryAfterMs: number;
  /** Milliseconds until the counter is back to "never seen" when nothing else arrives. */
  readonly resetMs: number;
  /** Milliseconds that the gateway must hold an allowed request back before it goes on. Only shaping algorithms. */
  readonly delayMs?: number;
}

/**
 * Cost that is added to a counter, or taken off it, without a decision: a write-ahead allowance, a reservation, a quota
 * lease, a settlement, a refund.
 *
 * Added cost counts from `nowMs`, until the counter is full. The charged state is an upper bound: from `nowMs` on it admits
 * nothing that the real counter, after any admissions of at most `units` in all, would refuse. A full one is an upper bound
 * of every state. It is one for the next request of every algorithm, for permits in flight too, and for all requests after
 * it, except of a fixed window that its first request starts. It is none for the time before `nowMs`: units that come back
 * until then are gone from it.
 *
 * Taken off: windows and permits give back where they took, so what has passed since is not given back. A token bucket
 * gives back what has not drained since; a leaky bucket gives back only the last of its queue. None gives back more than
 * is in use.
 */
export interface Charge {
  readonly nowMs: number;
  /** Positive to add use, negative to give back. */
  readonly units: number;
  /** When the units that are given back were taken: the nowMs of that decision. Default: nowMs. */
  readonly takenAtMs?: number;
}

/**
 * One limiting algorithm. `undefined` is the state of a counter that was never seen.
 * `parseState` reads what was stored: it refuses what is damaged or belongs to another algorithm.
 */
export interface Algorithm<Config, State> {
  /** The keys of a policy that this algorithm reads. */
  readonly optionNames: readonly string[];
  /** `options` are a policy's own: { limit, window, ... } as in headgate.config.ts. Other keys are left alone. */
  readonly parseConfig: (options: unknown) => Result<Config>;
  readonly parseState: (stored: unknown) => Result<State | undefined>;
  readonly decide: (config: Config, state: State | undefined, moment: Moment) => Verdict<State>;
  readonly charge: (config: Config, state: State | undefined, charge: Charge) => State;
  /**
   * Only where units are held until they are given back: for how long one is that nobody renews. retryAfterMs and resetMs
   * then say when units free themselves: they may come back at any moment before.
   */
  readonly toHeldMs?: (config: Config) => number;
  /**
   * The state as if all of it had happened `byMs` earlier. Where a state knows only windows that are the same for all, its
   * units go to the latest window that they can be in then.
   */
  readonly setBack: (state: State, byMs: number) => State;
  /** Epoch milliseconds from which the state decides like "never seen" and may be deleted. */
  readonly expiresAtMs: (config: Config, state: State) => number;
}

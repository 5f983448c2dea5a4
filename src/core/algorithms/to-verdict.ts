// Makes a verdict of a counter's standing, for every algorithm that decides at once: impossible before denied, denied
// before allowed, and only an allowed cost above 0 changes the state.

import type { Moment, Verdict } from "./algorithm.ts";

/** The standing of a counter at one moment. */
export interface Standing<State> {
  /** As it was passed in: a request that is not allowed returns this very reference. */
  readonly state: State | undefined;
  /** The most that one request can ever cost. */
  readonly capacity: number;
  /** Units that are left now: a cost is allowed if and only if it is at most this. */
  readonly remaining: number;
  /** The state after the cost was taken. */
  readonly take: () => State;
  /** For a cost that is above `remaining`: the first epoch millisecond at which it no longer is. */
  readonly toFitMs: () => number;
  /** Epoch milliseconds from which a state decides like "never seen". */
  readonly toExpiryMs: (state: State) => number;
}

export function toVerdict<State>({ nowMs, cost }: Moment, standing: Standing<State>): Verdict<State> {
  const { state, remaining } = standing;
  if (cost > remaining || cost === 0) {
    const kept = { state, remaining: Math.floor(remaining), resetMs: toResetMs(standing, state, nowMs) };
    if (cost === 0) return { outcome: "allowed", retryAfterMs: 0, ...kept };
    if (cost > standing.capacity) return { outcome: "impossible", retryAfterMs: Infinity, ...kept };
    return { outcome: "denied", retryAfterMs: standing.toFitMs() - nowMs, ...kept };
  }
  const after = standing.take();
  return {
    outcome: "allowed",
    state: after,
    remaining: Math.floor(remaining - cost),
    retryAfterMs: 0,
    resetMs: toResetMs(standing, after, nowMs),
  };
}

function toResetMs<State>(standing: Standing<State>, state: State | undefined, nowMs: number): number {
  return state === undefined ? 0 : Math.max(0, standing.toExpiryMs(state) - nowMs);
}

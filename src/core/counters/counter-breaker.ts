// Stops asking a counter object that keeps failing: after so many failures in a row it is left alone for a while, then
// one request tries it. Pure, with time as an argument.

export interface BreakerState {
  readonly failures: number;
  readonly openUntilMs: number;
}

const FAILURES_MAX = 5;
/** How long an object is left alone, in milliseconds. */
export const OPEN_MS = 1_000;

export const CLOSED: BreakerState = { failures: 0, openUntilMs: 0 };

/** Whether to ask now. Whoever asks calls startAsking. */
export function mayAsk({ openUntilMs }: BreakerState, nowMs: number): boolean {
  return nowMs >= openUntilMs;
}

/** The state once somebody asks: while it is open, nobody else does before the answer. */
export function startAsking(state: BreakerState, nowMs: number): BreakerState {
  return state.failures < FAILURES_MAX ? state : { ...state, openUntilMs: nowMs + OPEN_MS };
}

/** An answer closes it; while it is open, only the answer to whoever tries the object since. */
export function recordSuccess(state: BreakerState, asked: BreakerState): BreakerState {
  return state.failures < FAILURES_MAX || state === asked ? CLOSED : state;
}

/** An overloaded object is left alone at once: each further call is what overloads it. */
export function recordFailure(
  { failures }: BreakerState,
  { nowMs, isOverloaded }: { readonly nowMs: number; readonly isOverloaded: boolean },
): BreakerState {
  const total = isOverloaded ? FAILURES_MAX : Math.min(failures + 1, FAILURES_MAX);
  return { failures: total, openUntilMs: total < FAILURES_MAX ? 0 : nowMs + OPEN_MS };
}

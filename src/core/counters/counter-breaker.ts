// The circuit breaker of a counter object: after so many failures in a row it is not called for a while, then one request
// tries it. Pure, with time as an argument.

export interface CounterBreaker {
  readonly failures: number;
  readonly openUntilMs: number;
}

const FAILURES_MAX = 5;
/** How long it stays open: the object is not called, in milliseconds. */
export const OPEN_MS = 1_000;

export const CLOSED: CounterBreaker = { failures: 0, openUntilMs: 0 };

/** Whether the object may be called now. The caller calls startAsking. */
export function mayAsk({ openUntilMs }: CounterBreaker, nowMs: number): boolean {
  return nowMs >= openUntilMs;
}

/** The state once a call is made: while it is open, no other call is made before the answer. */
export function startAsking(state: CounterBreaker, nowMs: number): CounterBreaker {
  return state.failures < FAILURES_MAX ? state : { ...state, openUntilMs: nowMs + OPEN_MS };
}

/** The state after an answer, which closes it; while it is open, only the answer to the call that tries the object. */
export function recordSuccess(state: CounterBreaker, asked: CounterBreaker): CounterBreaker {
  return state.failures < FAILURES_MAX || state === asked ? CLOSED : state;
}

/** The state after a failure. An overloaded object opens it at once: each further call is what overloads it. */
export function recordFailure(
  { failures }: CounterBreaker,
  { nowMs, isOverloaded }: { readonly nowMs: number; readonly isOverloaded: boolean },
): CounterBreaker {
  const total = isOverloaded ? FAILURES_MAX : Math.min(failures + 1, FAILURES_MAX);
  return { failures: total, openUntilMs: total < FAILURES_MAX ? 0 : nowMs + OPEN_MS };
}

// How many retries an isolate may send to a pool: a share of the requests that clients sent, so that retries never make an
// outage worse. Pure. What is counted are hundredths of a retry, so that no rounding adds up.

export interface RetryBudget {
  /** Hundredths of a retry that are left. */
  readonly left: number;
}

const RETRY = 100;
/** The reserve for retries on another origin, so that the first requests of an isolate can get around a dead one. */
const RESERVE = 10 * RETRY;
/** The most that is saved up, reserve included. */
const LEFT_MAX = 60 * RETRY;

export const NEW_BUDGET: RetryBudget = Object.freeze({ left: RESERVE });

/** The budget after a client's request. `percent` of requests may be retried. */
export function earn({ left }: RetryBudget, percent: number): RetryBudget {
  return { left: Math.min(LEFT_MAX, left + percent) };
}

/**
 * The budget after a retry, or undefined when there must be none. On the same origin the reserve is left alone: to that
 * origin no more than the share is ever added.
 */
export function spend(
  { left }: RetryBudget,
  { isElsewhere }: { readonly isElsewhere: boolean },
): RetryBudget | undefined {
  const least = isElsewhere ? RETRY : RETRY + RESERVE;
  return left < least ? undefined : { left: left - RETRY };
}

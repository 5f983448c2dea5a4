// What an attempt says of the member that was asked. While a pool's load is shed, late answers are that controller's to
// judge: a breaker that opened for them would refuse critical requests too. Failed connections and statuses stay its own.

import type { AttemptOutcome } from "./decide-retry.ts";

export interface Attempted {
  readonly outcome: AttemptOutcome;
  /** Answered, or failed, in a way that breakers count. */
  readonly isFault: boolean;
  /** It took longer than the pool says that answers may. */
  readonly isSlow: boolean;
  readonly isShedding: boolean;
  /** Other members answer well, and this one does not. */
  readonly isLateAlone: boolean;
}

/** Whether it counts as bad; undefined: it counts neither way. */
export function judgeAnswer({
  outcome,
  isFault,
  isSlow,
  isShedding,
  isLateAlone,
}: Attempted): boolean | undefined {
  if (!isShedding || isLateAlone) return isSlow || isFault;
  if (outcome.kind === "failure" && outcome.code === "origin-timeout") return undefined;
  return isFault;
}

// Makes one answer of what several policies said: allowed only if all allow; denied until the last of them admits.

import { isPermit, type Policy } from "./policy.ts";
import type { CheckVerdict } from "../counters/counter-messages.ts";

export interface PolicyVerdict extends CheckVerdict {
  readonly limit: number;
  readonly windowMs: number | undefined;
  /**
   * The earliest moment, by this isolate's clock, at which the counter can have said so: its waits count from then on, and
   * may be told later. undefined: from when they are told.
   */
  readonly sinceMs?: number | undefined;
}

export interface LimitAnswer {
  readonly outcome: "allowed" | "denied" | "impossible";
  /** In the route's order. */
  readonly verdicts: readonly PolicyVerdict[];
  /** Names of the policies that did not allow. */
  readonly violated: readonly string[];
  /** The one whose figures go into X-RateLimit-*: the policy nearest to denying. undefined: nothing limits. */
  readonly nearest: PolicyVerdict | undefined;
  /** The fewest milliseconds after which every policy admits this request; 0 when allowed, Infinity when impossible. */
  readonly retryAfterMs: number;
  /** How long an allowed request is held back before it goes on. */
  readonly delayMs: number;
}

export const UNLIMITED: LimitAnswer = {
  outcome: "allowed",
  verdicts: [],
  violated: [],
  nearest: undefined,
  retryAfterMs: 0,
  delayMs: 0,
};

/** A permit may come back at any moment: whoever wants one is told to ask again so soon. */
const PERMIT_WAIT_MS = 1_000;

/**
 * The verdict as its client is told it. When a permit frees itself that nobody gives back says nothing about the next.
 * `sinceMs`: see PolicyVerdict.
 */
export function toPolicyVerdict(verdict: CheckVerdict, policy: Policy, sinceMs?: number): PolicyVerdict {
  const { limit, windowMs } = policy;
  const { outcome, isBanned, retryAfterMs, resetMs } = verdict;
  // Whatever its counter has, a banned client has nothing.
  if (isBanned === true) return { ...verdict, remaining: 0, limit, windowMs, sinceMs };
  if (!isPermit(policy) || outcome === "impossible") return { ...verdict, limit, windowMs, sinceMs };
  const waits = {
    retryAfterMs: Math.min(retryAfterMs, PERMIT_WAIT_MS),
    resetMs: Math.min(resetMs, PERMIT_WAIT_MS),
  };
  return { ...verdict, ...waits, limit, windowMs };
}

export function combineVerdicts(verdicts: readonly PolicyVerdict[]): LimitAnswer {
  if (verdicts.length === 0) return UNLIMITED;
  const violated: string[] = [];
  let retryAfterMs = 0;
  let delayMs = 0;
  let nearest: PolicyVerdict | undefined;
  for (const verdict of verdicts) {
    if (verdict.outcome !== "allowed") violated.push(verdict.policy);
    retryAfterMs = Math.max(retryAfterMs, verdict.retryAfterMs);
    delayMs = Math.max(delayMs, verdict.delayMs ?? 0);
    if (nearest === undefined || isNearer(verdict, nearest)) nearest = verdict;
  }
  const refusal = retryAfterMs === Infinity ? "impossible" : "denied";
  const outcome = violated.length === 0 ? "allowed" : refusal;
  return { outcome, verdicts, violated, nearest, retryAfterMs, delayMs };
}

/** The longer wait is nearer; where nobody has to wait, the smaller share that is left. */
function isNearer(one: PolicyVerdict, other: PolicyVerdict): boolean {
  if (one.retryAfterMs !== other.retryAfterMs) return one.retryAfterMs > other.retryAfterMs;
  return one.remaining * other.limit < other.remaining * one.limit;
}

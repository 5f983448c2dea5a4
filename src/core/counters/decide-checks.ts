// Decides several policies at once, all or nothing: either every check is allowed and every state moves on, or no state
// changes at all.

import type { Algorithm, Verdict } from "../algorithms/algorithm.ts";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import type { Check, CheckVerdict } from "./messages.ts";

/** The state of one policy for one key. */
export interface Counter {
  readonly algorithm: AlgorithmName;
  readonly state: unknown;
}

/** One check with the counter that it asks; undefined is "never seen". */
export interface CounterCheck {
  readonly check: Check;
  readonly counter: Counter | undefined;
}

export interface Decision {
  readonly isAllowed: boolean;
  readonly verdicts: readonly CheckVerdict[];
  /** The states after an allowed decision, in the order of the checks; empty otherwise. */
  readonly counters: readonly Counter[];
}

export function toAlgorithm(name: AlgorithmName): Algorithm<unknown, unknown> {
  return algorithms[name] as Algorithm<unknown, unknown>;
}

/** A counter that another algorithm left is "never seen": a changed algorithm starts fresh. */
export function toState(counter: Counter | undefined, check: Check): unknown {
  return counter?.algorithm === check.algorithm ? counter.state : undefined;
}

export function decideChecks(checks: readonly CounterCheck[], nowMs: number): Decision {
  const verdicts: CheckVerdict[] = [];
  const counters: Counter[] = [];
  let isAllowed = true;
  for (const { check, counter } of checks) {
    const state = toState(counter, check);
    const verdict = toAlgorithm(check.algorithm).decide(check.settings, state, { nowMs, cost: check.cost });
    if (verdict.outcome !== "allowed") isAllowed = false;
    verdicts.push(toCheckVerdict(check, verdict));
    counters.push({ algorithm: check.algorithm, state: verdict.state });
  }
  if (isAllowed) return { isAllowed, verdicts, counters };
  return {
    isAllowed,
    verdicts: verdicts.map((verdict, index) => unconsume(verdict, checks[index], nowMs)),
    counters: [],
  };
}

/** What an allowing policy says when another one denies: what is left without this request. */
function unconsume(verdict: CheckVerdict, asked: CounterCheck | undefined, nowMs: number): CheckVerdict {
  if (verdict.outcome !== "allowed" || asked === undefined) return verdict;
  const { check, counter } = asked;
  const peek = toAlgorithm(check.algorithm).decide(check.settings, toState(counter, check), {
    nowMs,
    cost: 0,
  });
  return toCheckVerdict(check, peek);
}

function toCheckVerdict(check: Check, verdict: Verdict<unknown>): CheckVerdict {
  const { outcome, remaining, retryAfterMs, resetMs, delayMs } = verdict;
  const answer = { policy: check.policy, outcome, remaining, retryAfterMs, resetMs };
  return delayMs === undefined ? answer : { ...answer, delayMs };
}

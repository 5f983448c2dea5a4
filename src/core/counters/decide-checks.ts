// Decides several policies at once, all or nothing: either every enforced check is allowed and states move on, or no
// state changes at all. A shadow policy is decided like the others and refuses nobody.

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
  /** Units that decisions in flight hold. */
  readonly held: number;
  /** Units that were committed and may still be released, and when the last of them were taken. */
  readonly provisional?: { readonly units: number; readonly takenAtMs: number };
  /** How long the key is still banned for. */
  readonly banMs: number;
}

export interface Decision {
  readonly isAllowed: boolean;
  readonly verdicts: readonly CheckVerdict[];
}

export function toAlgorithm(name: AlgorithmName): Algorithm<unknown, unknown> {
  return algorithms[name] as Algorithm<unknown, unknown>;
}

/** A counter that another algorithm left is "never seen": a changed algorithm starts fresh. */
export function toState(counter: Counter | undefined, algorithm: AlgorithmName): unknown {
  return counter?.algorithm === algorithm ? counter.state : undefined;
}

export function decideChecks(checks: readonly CounterCheck[], nowMs: number): Decision {
  let isAllowed = true;
  const verdicts = checks.map((asked) => {
    const verdict = decideCheck(asked, nowMs);
    if (verdict.outcome !== "allowed" && asked.check.isShadow !== true) isAllowed = false;
    return verdict;
  });
  if (isAllowed) return { isAllowed, verdicts };
  return { isAllowed, verdicts: verdicts.map((verdict, index) => unconsume(verdict, checks[index], nowMs)) };
}

function decideCheck(
  { check, counter, held, provisional, banMs }: CounterCheck,
  nowMs: number,
): CheckVerdict {
  const { settings, cost } = check;
  const algorithm = toAlgorithm(check.algorithm);
  const state = toState(counter, check.algorithm);
  const ask = (from: unknown, units: number): CheckVerdict =>
    toCheckVerdict(check, algorithm.decide(settings, from, { nowMs, cost: units }));
  const decide = (from: unknown): CheckVerdict => {
    const verdict = ask(from, cost);
    if (banMs === 0) return verdict;
    return toBanned(verdict.outcome === "allowed" ? ask(from, 0) : verdict, banMs);
  };
  const { units: given = 0, takenAtMs = nowMs } = provisional ?? {};
  if (held === 0 && given === 0) return decide(state);
  const verdict = decide(held === 0 ? state : algorithm.charge(settings, state, { nowMs, units: held }));
  if (verdict.outcome !== "denied") return verdict;
  // The newest units in use come off: no release leaves a shorter wait.
  const least =
    given === 0 || state === undefined
      ? state
      : algorithm.charge(settings, state, { nowMs, units: -given, takenAtMs });
  return { ...verdict, isTentative: decide(least).retryAfterMs < verdict.retryAfterMs };
}

function toBanned(verdict: CheckVerdict, banMs: number): CheckVerdict {
  if (verdict.outcome === "impossible") return verdict;
  const { policy, remaining, retryAfterMs, resetMs } = verdict;
  const waitMs = Math.max(retryAfterMs, banMs);
  const waits = { retryAfterMs: waitMs, resetMs: Math.max(resetMs, waitMs) };
  return { policy, outcome: "denied", remaining, ...waits, isBanned: true };
}

/** What an allowing policy says when another one denies: what is left without this request. */
function unconsume(verdict: CheckVerdict, asked: CounterCheck | undefined, nowMs: number): CheckVerdict {
  if (verdict.outcome !== "allowed" || asked === undefined) return verdict;
  return decideCheck({ ...asked, check: { ...asked.check, cost: 0 } }, nowMs);
}

function toCheckVerdict(check: Check, verdict: Verdict<unknown>): CheckVerdict {
  const { outcome, remaining, retryAfterMs, resetMs, delayMs } = verdict;
  const answer = { policy: check.policy, outcome, remaining, retryAfterMs, resetMs };
  return delayMs === undefined ? answer : { ...answer, delayMs };
}

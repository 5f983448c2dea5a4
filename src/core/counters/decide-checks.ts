// Decides several policies at once, all or nothing: either every enforced check is allowed and states move on, or no
// state changes at all. A shadow policy is decided like the others and refuses nobody.

import type { Verdict } from "../algorithms/algorithm.ts";
import { type AlgorithmName, toAlgorithm } from "../algorithms/registry.ts";
import type { Check, CheckVerdict } from "./counter-messages.ts";

/** The state of one policy for one key. */
export interface Counter {
  readonly algorithm: AlgorithmName;
  readonly state: unknown;
}

/** One check with its counter; undefined is "never seen". */
export interface CounterCheck {
  readonly check: Check;
  readonly counter: Counter | undefined;
  /** Units that decisions in flight have reserved. */
  readonly reserved: number;
  /** Units that are granted to isolates, in the order of their expiry. */
  readonly leases?: readonly { readonly units: number; readonly expiresMs: number }[] | undefined;
  /** Units that were committed and may still be cancelled, and when the last of them were taken. */
  readonly provisional?: { readonly units: number; readonly takenAtMs: number };
  /** How long the key is still banned for. */
  readonly banMs: number;
}

export interface Decision {
  readonly isAllowed: boolean;
  readonly verdicts: readonly CheckVerdict[];
}

/** The state for this algorithm. What another algorithm left is "never seen": a changed algorithm starts fresh. */
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

/** Decides one check by itself. */
export function decideCheck(asked: CounterCheck, nowMs: number): CheckVerdict {
  const { check, counter, reserved, provisional } = asked;
  const state = toState(counter, check.algorithm);
  const { units: given = 0, takenAtMs = nowMs } = provisional ?? {};
  if (reserved === 0 && given === 0) return decideBesideLeases(asked, state, nowMs);
  const charge = (units: number, atMs?: number): unknown =>
    units === 0 || (units < 0 && state === undefined)
      ? state
      : toAlgorithm(check.algorithm).charge(check.settings, state, {
          nowMs,
          units,
          ...(atMs !== undefined && { takenAtMs: atMs }),
        });
  const verdict = decideBesideLeases(asked, charge(reserved), nowMs);
  if (verdict.outcome !== "denied") return verdict;
  // The newest units in use come off: no cancelling leaves a shorter wait.
  const least = charge(-given, takenAtMs);
  return {
    ...verdict,
    isTentative: decideBesideLeases(asked, least, nowMs).retryAfterMs < verdict.retryAfterMs,
  };
}

/**
 * What is granted to isolates counts as used. It may be spent until its leases expire, so a denied client waits as if it
 * were: what comes back earlier makes the wait too long, never too short.
 */
function decideBesideLeases(
  { check, counter, leases = [], banMs }: CounterCheck,
  state: unknown,
  nowMs: number,
): CheckVerdict {
  const { settings, cost } = check;
  const algorithm = toAlgorithm(check.algorithm);
  const decide = (from: unknown, units = cost): CheckVerdict => {
    const verdict = toCheckVerdict(check, algorithm.decide(settings, from, { nowMs, cost: units }));
    if (banMs === 0) return verdict;
    return toBanned(verdict.outcome === "allowed" && units > 0 ? decide(from, 0) : verdict, banMs);
  };
  if (leases.length === 0 || counter?.algorithm !== check.algorithm) return decide(state);
  const units = leases.reduce((sum, expiry) => sum + expiry.units, 0);
  const verdict = decide(algorithm.charge(settings, state, { nowMs, units }));
  if (verdict.outcome !== "denied") return verdict;
  let later = state;
  for (const expiry of leases)
    later = algorithm.charge(settings, later, {
      nowMs: Math.max(nowMs, expiry.expiresMs),
      units: expiry.units,
    });
  const { retryAfterMs, resetMs } = decide(later);
  return {
    ...verdict,
    retryAfterMs: Math.max(verdict.retryAfterMs, retryAfterMs),
    resetMs: Math.max(verdict.resetMs, resetMs),
  };
}

function toBanned(verdict: CheckVerdict, banMs: number): CheckVerdict {
  if (verdict.outcome === "impossible") return verdict;
  const { policy, remaining, retryAfterMs, resetMs } = verdict;
  const waitMs = Math.max(retryAfterMs, banMs);
  const waits = { retryAfterMs: waitMs, resetMs: Math.max(resetMs, waitMs) };
  return { policy, outcome: "denied", remaining, ...waits, isBanned: true };
}

/** The verdict of a policy that allows while another one denies: what is left without this request. */
function unconsume(verdict: CheckVerdict, asked: CounterCheck | undefined, nowMs: number): CheckVerdict {
  if (verdict.outcome !== "allowed" || asked === undefined) return verdict;
  return decideCheck({ ...asked, check: { ...asked.check, cost: 0 } }, nowMs);
}

function toCheckVerdict(check: Check, verdict: Verdict<unknown>): CheckVerdict {
  const { outcome, remaining, retryAfterMs, resetMs, delayMs } = verdict;
  const answer = { policy: check.policy, outcome, remaining, retryAfterMs, resetMs };
  return delayMs === undefined ? answer : { ...answer, delayMs };
}

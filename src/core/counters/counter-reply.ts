// What is read from a reply, and made of a check, in a line each.

import type { Outcome } from "../algorithms/algorithm.ts";
import type {
  Check,
  Committed,
  CounterReply,
  CounterRequest,
  KeyChecks,
  Settlement,
} from "./counter-messages.ts";

/** Names of the policies with this outcome. */
export function toPolicies({ verdicts }: CounterReply, outcome: Outcome): ReadonlySet<string> {
  return new Set(verdicts.filter((verdict) => verdict.outcome === outcome).map(({ policy }) => policy));
}

/** The same check, which takes nothing. */
export const toPeek = (check: Check): Check => ({ ...check, cost: 0 });

/** What was consumed. A shadow (dry run) that denied has consumed nothing. */
export function toCommitted(reply: CounterReply): Committed {
  return { takenAtMs: reply.takenAtMs, policies: [...toPolicies(reply, "allowed")] };
}

/** Settles what these policies took at nothing. */
export function toUndone(keys: readonly KeyChecks[], policies: readonly string[]): Settlement["keys"] {
  return keys.map(({ key, checks }) => ({
    key,
    checks: checks.flatMap(({ policy, algorithm, settings, plan, cost, isEstimate }) =>
      policies.includes(policy)
        ? [{ policy, algorithm, settings, plan, isEstimate, taken: cost, actual: 0 }]
        : [],
    ),
  }));
}

/** Whether an isolate reports on a lease, and so wants an answer to that. */
export function hasReports({ keys }: Pick<CounterRequest, "keys">): boolean {
  return keys.some(({ checks }) => checks.some(({ lease }) => lease !== undefined));
}

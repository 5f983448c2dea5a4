// What is read from an answer, and made of a question, in a line each.

import type { Outcome } from "../algorithms/algorithm.ts";
import type { Check, Committed, CounterReply } from "./counter-messages.ts";

/** Names of the policies with this outcome. */
export function toPolicies({ verdicts }: CounterReply, outcome: Outcome): ReadonlySet<string> {
  return new Set(verdicts.filter((verdict) => verdict.outcome === outcome).map(({ policy }) => policy));
}

/** The same check, which takes nothing. */
export const toPeek = (check: Check): Check => ({ ...check, cost: 0 });

/** A shadow policy that denied has consumed nothing. */
export function toCommitted(reply: CounterReply): Committed {
  return { takenAtMs: reply.takenAtMs, policies: [...toPolicies(reply, "allowed")] };
}

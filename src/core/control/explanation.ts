// What an operator is told of a request that is not made: where it would go, what would limit it, and why.

import type { CounterKey } from "../keys/counter-key.ts";

export interface ExplainedPolicy {
  readonly policy: string;
  readonly limit: number;
  readonly windowMs: number | undefined;
  /** Where the limit is from. */
  readonly decidedBy: "policy" | "override";
  /** The override's id and reason. */
  readonly override: { readonly id: string; readonly reason: string } | undefined;
  /** The counter's key, and the object that owns it; or what the policy does without one. */
  readonly counter: CounterKey | "skip" | "deny";
  /** It refuses nobody with this key. */
  readonly isShadow: boolean;
}

export interface Explanation {
  /** The problem that the request ends with before any limit; undefined: it goes on. */
  readonly problem: string | undefined;
  readonly path: string | undefined;
  readonly route: { readonly index: number; readonly name: string } | undefined;
  /** The id and reason of the ban that it falls under. */
  readonly ban: { readonly id: string; readonly reason: string } | undefined;
  readonly cost: number | undefined;
  readonly isCached: boolean;
  readonly policies: readonly ExplainedPolicy[];
}

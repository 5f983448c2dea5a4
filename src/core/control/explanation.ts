// The explanation of a described request that is not sent: where it would go, what would limit it, and why.

import type { OwnedKey } from "../keys/counter-key.ts";

export interface ExplainedPolicy {
  readonly policy: string;
  readonly limit: number;
  readonly windowMs: number | undefined;
  /** The source of the limit: the policy itself, its limits for some requests, the caller's tier, or an override. */
  readonly decidedBy: "policy" | "limits" | "tier" | "override";
  /** The override's id and reason. */
  readonly override: { readonly id: string; readonly reason: string } | undefined;
  /** The counter's key, and the object that owns it; or what the policy does without one. */
  readonly counter: OwnedKey | "skip" | "deny";
  /** Whether it is a dry run for this key: never enforced. */
  readonly isShadow: boolean;
}

export interface Explanation {
  /** The problem that the request ends with before any limit; undefined: it goes on. */
  readonly problem: string | undefined;
  readonly path: string | undefined;
  readonly route: { readonly index: number; readonly name: string } | undefined;
  /** Who answers it, where it is a browser's preflight; the route is that of the request after it. */
  readonly preflight: "gateway" | "origin" | undefined;
  /** The id and reason of the ban that it falls under. */
  readonly ban: { readonly id: string; readonly reason: string } | undefined;
  readonly cost: number | undefined;
  /** The assumed caller; undefined where the route needs no credential, or no caller was described. */
  readonly consumer: string | undefined;
  /** Whether an access list has this client as unlimited: no policy counts it. */
  readonly isUnlimited: boolean;
  readonly isCached: boolean;
  readonly policies: readonly ExplainedPolicy[];
}

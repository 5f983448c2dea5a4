// The explanation of a described request that is not sent: where it would go, what would limit it, and why.

import type { ProblemCode } from "../http/problems.ts";
import type { OwnedKey } from "../keys/counter-key.ts";

/** Numbers of units and waits are those of the answer that the request would get: it is counted in them. */
export interface ExplainedVerdict {
  readonly outcome: "allowed" | "denied" | "impossible";
  /** Units used; undefined under a ban, which says nothing of them. */
  readonly used: number | undefined;
  readonly remaining: number;
  /** Until this policy admits the request; undefined: never. */
  readonly retryAfterMs: number | undefined;
  readonly resetMs: number;
  /** Denied by a ban of the policy's own: so many denials in so short a time. */
  readonly isBanned: boolean;
  /** Why the counter object did not answer; undefined: it did. */
  readonly degraded: string | undefined;
}

export interface ExplainedPolicy {
  readonly policy: string;
  /** 0: no access. */
  readonly limit: number | "unlimited";
  readonly windowMs: number | undefined;
  /** The source of the limit: the policy itself, its limits for some requests, the caller's tier or token, or an override. */
  readonly decidedBy: "policy" | "limits" | "tier" | "claim" | "override";
  /** The origin pool that the limit follows, and what it comes to there, by priority; undefined: it follows none. */
  readonly follows:
    | {
        readonly pool: string;
        readonly mode: "enforce" | "shadow";
        readonly limits: Readonly<Record<string, number>>;
      }
    | undefined;
  /** What the request takes, where the limit follows a pool. */
  readonly takes: number | undefined;
  /** The tier whose limits these are, before an override. */
  readonly tier: string | undefined;
  /** For which methods, countries and routes these limits are, before an override: "GET * *". */
  readonly variant: string | undefined;
  /** The override's id and reason. */
  readonly override: { readonly id: string; readonly reason: string } | undefined;
  /** The counter's key, and the object that owns it; or what the policy does without one: its key is missing, or not counted. */
  readonly counter: OwnedKey | "skip" | "deny";
  /** Whether it is a dry run for this key: never enforced. */
  readonly isShadow: boolean;
  /** undefined where it is not asked: the request ends before, or the policy does not count it. */
  readonly verdict: ExplainedVerdict | undefined;
}

export interface ExplainedReputation {
  readonly standing: "clear" | "trusted" | "suspect" | "banned";
  readonly score: number;
  /** What this request itself would add, where nothing of what went well is weighed against it. */
  readonly points?: number;
  /** How long it is still banned for. */
  readonly banMs: number;
  /** Whether it is a dry run: never enforced. */
  readonly isShadow: boolean;
}

/** What limits the calls of an origin pool: asked where the request gets as far, and no stored response answers it. */
export interface ExplainedOutbound {
  readonly pool: string;
  /** What is done while there is no quota: tried in this order. */
  readonly whenLimited: readonly string[];
  readonly policies: readonly ExplainedPolicy[];
  /** Its members, where each is an account of its own; their policies stand one after the other. */
  readonly accounts?: readonly ExplainedAccount[];
}

export interface ExplainedAccount {
  readonly url: string;
  readonly state: string;
  /** How much of its quota is left, from 0 to 1, as far as this isolate has seen. */
  readonly left: number;
  readonly waitMs: number;
}

export interface Explanation {
  /** The problem that the request ends with; undefined: it goes on to the cache and the origin. */
  readonly problem: ProblemCode | undefined;
  /** The problem's status. */
  readonly status: number | undefined;
  /** What the client is not told. */
  readonly cause: string | undefined;
  /** The policies that deny it. */
  readonly denied: readonly string[];
  /** Until all of them admit it; undefined: they do not deny, or never admit it. */
  readonly retryAfterMs: number | undefined;
  /** The isolate denies it by what it remembers, and asks the counters again within a second. */
  readonly isRemembered: boolean;
  readonly path: string | undefined;
  readonly route: { readonly index: number; readonly name: string } | undefined;
  /** Who answers it, where it is a browser's preflight; the route is that of the request after it. */
  readonly preflight: "gateway" | "origin" | undefined;
  /** The id and reason of the ban that it falls under. */
  readonly ban: { readonly id: string; readonly reason: string } | undefined;
  /** What is held against the client's address; undefined: nothing is, of anybody. */
  readonly reputation?: ExplainedReputation | undefined;
  readonly cost: number | undefined;
  /** Who is calling, by an accepted credential on a route that asks for one. */
  readonly consumer: string | undefined;
  readonly tier: string | undefined;
  /** The id of the API key that is shown. */
  readonly apiKey: string | undefined;
  /** Whether an access list has this client as unlimited: no policy counts it. */
  readonly isUnlimited: boolean;
  readonly isCached: boolean;
  readonly policies: readonly ExplainedPolicy[];
  readonly outbound: ExplainedOutbound | undefined;
  /** Whether its pool lets it in, where the pool adapts to how much its origin can do. */
  readonly load: ExplainedLoad | undefined;
}

export interface ExplainedLoad {
  readonly pool: string;
  readonly mode: "enforce" | "shadow";
  readonly priority: string;
  /** The share of this client's requests that is let in, from 0 to 1. */
  readonly admitted: number;
}

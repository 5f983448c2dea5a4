// A policy as the gateway uses it: complete, frozen, durations in milliseconds. parse-policies.ts makes it.

import { type AlgorithmName, toAlgorithm } from "../algorithms/registry.ts";
import type { BanSettings } from "../counters/ban.ts";
import type { MissingRule } from "../keys/counter-key.ts";
import type { KeyPart } from "../keys/parse-key.ts";
import type { LeaseTerms } from "../leases/lease-terms.ts";
import type { LimitRule } from "./limit-rule.ts";
import type { PolicyCost } from "./policy-cost.ts";
import type { SettleRule } from "./settle-rule.ts";

/** What a policy does when its counter cannot answer in time. */
export type ErrorRule = "local" | "local-full" | "open" | "closed";

export interface Policy {
  readonly name: string;
  readonly algorithm: AlgorithmName;
  /** What the algorithm's parseConfig made of the policy's options. */
  readonly settings: unknown;
  /** The algorithm's options as they were written, times LIMIT_FACTOR and with a limit that is a number (limit-rule.ts). */
  readonly options: Readonly<Record<string, unknown>>;
  /** Quota units per window, as headers name it. */
  readonly limit: number;
  /** What the limit is where it is no number; undefined: it is one. */
  readonly rule: LimitRule | undefined;
  /** undefined where the limit has no window. */
  readonly windowMs: number | undefined;
  readonly key: readonly KeyPart[];
  readonly onMissing: MissingRule;
  readonly onError: ErrorRule;
  readonly timeoutMs: number;
  /** Share of keys, 0 to 100, that the policy refuses; for the others it is a shadow: decided, counted, logged. */
  readonly enforcePercent: number;
  /** What a request takes from it; undefined: what the route says. */
  readonly cost: PolicyCost | undefined;
  /** How a response corrects what its request took; undefined: it does not. */
  readonly settle: SettleRule | undefined;
  readonly ban: BanSettings | undefined;
  /** "exact" also where the policy's other settings demand it. */
  readonly consistency: "auto" | "exact";
  /** How its quota is leased to isolates; undefined: every request is decided by its counter object. */
  readonly lease: LeaseTerms | undefined;
  /**
   * The tier that these limits are of, "" for the policy's own, with the limit that a claim says where one does; undefined:
   * the policy has the same limits for all.
   */
  readonly plan: string | undefined;
  /** What, besides the key, tells a variant's counters apart; "" for a policy's and a tier's own limits. */
  readonly variantName: string;
  /** The same policy with other limits for some requests: pick-variants.ts finds the one of a request. */
  readonly variants: readonly PolicyVariant[];
  /** The same policy for consumers on a tier, by its name: it has variants of its own. */
  readonly tiers: ReadonlyMap<string, Policy>;
}

/** Limits for some methods, countries and routes. undefined is all of them. */
export interface PolicyVariant {
  readonly methods: ReadonlySet<string> | undefined;
  readonly countries: ReadonlySet<string> | undefined;
  /** Paths, as the routes have them written. */
  readonly routes: ReadonlySet<string> | undefined;
  readonly policy: Policy;
}

/** What is left of it to who has used nothing. */
export function toUnused({ algorithm, settings }: Pick<Policy, "algorithm" | "settings">): number {
  return toAlgorithm(algorithm).decide(settings, undefined, { nowMs: 0, cost: 0 }).remaining;
}

/** Whether what it takes is held while the request lives, and then given back: a permit, not a quota. */
export function isPermit({ algorithm }: Pick<Policy, "algorithm">): boolean {
  return toAlgorithm(algorithm).toHeldMs !== undefined;
}

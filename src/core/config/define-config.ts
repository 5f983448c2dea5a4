// The type of headgate.config.ts, for editors and compilers. parse-config.ts reads the same, and trusts no type.

import type * as v from "valibot";
import type { AlgorithmName } from "../algorithms/registry.ts";
import type { KeyExtractorName } from "../keys/registry.ts";
import type { CostFunction, CostRule } from "../policies/route-cost.ts";
import type { settleRule } from "../policies/settle-rule.ts";
import type { memberSchema, poolSchema } from "../origins/pool-schema.ts";
import type { configSchema } from "./config-schema.ts";
import type { routeSchema } from "../routes/route-schema.ts";

export type { Facts } from "../keys/facts.ts";

/**
 * "ip", "path", ..., or with an argument: "header:x-api-key", "cookie:sid", "query:user". `{ ip: { v6: 56 } }` counts IPv6
 * addresses by their /56 in place of their /64.
 */
export type KeyInput =
  | KeyExtractorName
  | `${KeyExtractorName}:${string}`
  | { readonly ip: { readonly v6?: number } };

export interface PolicyInput {
  readonly algorithm: AlgorithmName;
  /** Quota units per window: 1 to 2^40. */
  readonly limit: number;
  /** What the policy counts by: one part or several together. */
  readonly key: KeyInput | readonly KeyInput[];
  /** When a part of the key is missing: "shared" (default) counts all such requests together, "skip" lets them pass, "deny" refuses them. */
  readonly onMissing?: "skip" | "shared" | "deny";
  /**
   * When the counter does not answer: "local" (default) decides in the isolate by its share of what was left, "local-full"
   * by the whole limit, "open" lets pass, "closed" refuses.
   */
  readonly onError?: "local" | "local-full" | "open" | "closed";
  /** How long the counter may take, in milliseconds. Default 500. */
  readonly timeoutMs?: number;
  /** "auto" lets isolates decide busy keys by themselves, from quota that is leased to them; "exact" never does. */
  readonly consistency?: "auto" | "exact";
  /** "shadow" (dry run): decided, counted and logged, never enforced. Default "enforce". */
  readonly mode?: "enforce" | "shadow";
  /** Share of keys, 0 to 100, for which the policy is enforced; for the others it is a shadow. Default 100. */
  readonly enforcePercent?: number;
  /** How a response corrects the cost of its request. */
  readonly settle?: v.InferInput<typeof settleRule>;
  /** How the policy answers a key that goes on after being denied. */
  readonly ban?: BanInput;
  /** The algorithm's own options: window, burst, subWindows, ... (docs/configuration.md). */
  readonly [option: string]: unknown;
}

export interface BanInput {
  /** Denials within the window that make a ban. */
  readonly after: number;
  /** Default "1m". */
  readonly window?: string;
  /** How long the first ban lasts, the second, ...; the last repeats. Default ["1m", "10m", "1h"]. */
  readonly for?: readonly string[];
}

/** What a request costs: docs/configuration.md, "Cost". */
export type CostInput = number | Partial<CostRule> | CostFunction;

export type RouteInput = Omit<v.InferInput<typeof routeSchema>, "cost"> & { readonly cost?: CostInput };

export type MemberInput = Omit<v.InferInput<typeof memberSchema>, "url"> & {
  /** "https://a.example.com", with a base path if need be. */
  readonly url: string;
};

export type PoolInput = Omit<v.InferInput<typeof poolSchema>, "members" | "affinity" | "cost"> & {
  /** URLs, or objects with a url and what differs from the defaults. */
  readonly members: readonly (string | MemberInput)[];
  /** Requests with one key keep to one member while it is well: written like a policy's key. */
  readonly affinity?: KeyInput | readonly KeyInput[];
  /** What a call costs its `policies`. Default 1. */
  readonly cost?: CostInput;
};

export type ConfigInput = Omit<
  v.InferInput<typeof configSchema>,
  "origin" | "origins" | "policies" | "routes"
> & {
  /**
   * "https://api.example.com", "zone" for a Worker on a route of a zone that Cloudflare proxies, or the name of one of
   * `origins`.
   */
  readonly origin: string;
  /** Origin pools by name. */
  readonly origins?: Readonly<Record<string, PoolInput>>;
  readonly policies: Readonly<Record<string, PolicyInput>>;
  /** The first that fits a request is its route. */
  readonly routes: readonly RouteInput[];
};

/** Returns its argument, for the types' sake. */
export function defineConfig(config: ConfigInput): ConfigInput {
  return config;
}

// The configuration as the gateway uses it: complete, frozen, every duration in milliseconds, every reference resolved.
// parse-config.ts is the only place that makes one.

import type { AlgorithmName } from "../algorithms/registry.ts";
import type { BanSettings } from "../counters/ban.ts";
import type { CacheSettings } from "../cache/cache-settings.ts";
import type { MissingRule } from "../keys/counter-key.ts";
import type { KeyPart } from "../keys/parse-key.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import type { LeaseTerms } from "../leases/lease-terms.ts";
import type { LimitedWay } from "../outbound/outbound-settings.ts";
import type { Priority } from "../outbound/priority.ts";
import type { RouteCost } from "../policies/route-cost.ts";
import type { AccessList } from "../access/access-list.ts";
import type { RoutePattern } from "../http/path-pattern.ts";
import type { SettleRule } from "../policies/settle-rule.ts";
import type { Aggregate } from "../batch/aggregate.ts";
import type { AuthSettings } from "../consumers/auth-schema.ts";
import type { BatchSettings } from "../batch/batch-schema.ts";
import type { RouteShape } from "../shape/route-shape.ts";

/** What a policy does when its counter cannot answer in time. */
export type ErrorRule = "local" | "open" | "closed";

export interface Policy {
  readonly name: string;
  readonly algorithm: AlgorithmName;
  /** What the algorithm's parseConfig made of the policy's options. */
  readonly settings: unknown;
  /** The algorithm's options as they were written, times LIMIT_FACTOR: what an override changes some of. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Quota units per window, as headers name it. */
  readonly limit: number;
  /** undefined where the limit has no window. */
  readonly windowMs: number | undefined;
  readonly key: readonly KeyPart[];
  readonly onMissing: MissingRule;
  readonly onError: ErrorRule;
  readonly timeoutMs: number;
  /** Share of keys, 0 to 100, that the policy refuses; for the others it is a shadow: decided, counted, logged. */
  readonly enforcePercent: number;
  /** How a response corrects what its request took; undefined: it does not. */
  readonly settle: SettleRule | undefined;
  readonly ban: BanSettings | undefined;
  /** "exact" also where the policy's other settings demand it. */
  readonly consistency: "auto" | "exact";
  /** How isolates may be lent its quota; undefined: they ask for every request. */
  readonly lease: LeaseTerms | undefined;
  /** What, besides the key, these limits' counters are told apart by; "" for a policy's and a tier's own. */
  readonly context: string;
  /** Other limits of the same policy, complete: resolve-settings.ts says whose they are. */
  readonly contexts: readonly PolicyContext[];
  /** The same for consumers on a tier, by its name. */
  readonly tiers: ReadonlyMap<string, Policy>;
}

/** Limits for some methods, countries and routes. undefined is all of them. */
export interface PolicyContext {
  readonly methods: ReadonlySet<string> | undefined;
  readonly countries: ReadonlySet<string> | undefined;
  /** Paths, as the routes have them written. */
  readonly routes: ReadonlySet<string> | undefined;
  readonly policy: Policy;
}

export interface Route {
  /** Its place in the configuration. */
  readonly index: number;
  /** The path pattern as it was written, with its methods: how logs name the route. */
  readonly name: string;
  /** As it is written. */
  readonly path: string;
  readonly pattern: RoutePattern;
  /** undefined is every method. GET includes HEAD. */
  readonly methods: ReadonlySet<string> | undefined;
  /** undefined is every host. Lower case. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly policies: readonly Policy[];
  /** Whether any of them has other limits for some requests. */
  readonly hasVariants: boolean;
  readonly cost: RouteCost;
  readonly cache: CacheSettings | undefined;
  /** The origin pool that it leads to; undefined: the configuration's one origin. */
  readonly pool: OriginPool | undefined;
  /** How urgent its calls of a pool are that counts them. */
  readonly priority: Priority;
  /** What is done while there is no quota; undefined: as the pool says. */
  readonly whenLimited: readonly LimitedWay[] | undefined;
  /** How long the origin may take until its response's header section. */
  readonly timeoutMs: number;
  /** How long it may be silent in the middle of the body. Infinity: as long as it likes. */
  readonly bodyTimeoutMs: number;
  /** From the first attempt to the end of the response's body. */
  readonly totalTimeoutMs: number;
  readonly auth: "none" | "optional" | "required";
  /** What a credential must allow, all of it. */
  readonly scopes: readonly string[];
  /** Whether the origin gets the header field that the credential stood in. */
  readonly forwardCredential: boolean;
  /** The gateway's own list and the route's. */
  readonly access: readonly AccessList[];
  /** Nothing is asked of who comes in: no credential, no access list. */
  readonly isOpen: boolean;
  /** Taken from the front of a forwarded path, before a pool's member does the same: "/api", or "" for nothing. */
  readonly stripPrefix: string;
  /** undefined: messages pass as they are. */
  readonly shape: RouteShape | undefined;
  /** The calls that answer it, in place of an origin. */
  readonly aggregate: Aggregate | undefined;
}

export interface Config {
  /** "zone", an http(s) URL without a trailing slash, or the name of the pool that routes lead to which name none. */
  readonly origin: string;
  readonly pools: readonly OriginPool[];
  /** How this deployment names itself in Via, Cache-Status and Proxy-Status (RFC 9110 section 7.6.3). */
  readonly name: string;
  readonly caseSensitive: boolean;
  readonly encodedSlash: "reject" | "keep";
  readonly headers: { readonly draft: boolean; readonly shadow: boolean };
  readonly headerBytesMax: number;
  /** Share of events that are logged, 0 to 1. */
  readonly log: {
    readonly denied: number;
    readonly shadow: number;
    readonly degraded: number;
    readonly failed: number;
  };
  /** The path of the admin API, without a trailing slash. */
  readonly admin: { readonly prefix: string };
  /** Many requests in one; undefined: there are no batches. */
  readonly batch: BatchSettings | undefined;
  readonly counters: { readonly shards: number };
  readonly auth: AuthSettings;
  /** What callers are limited by that show credentials nobody issued. */
  readonly attempts: Policy;
  readonly policies: readonly Policy[];
  readonly routes: readonly Route[];
}

// The configuration as the gateway uses it: complete, frozen, every duration in milliseconds, every reference resolved.
// parse-config.ts is the only place that makes one.

import type { AlgorithmName } from "../algorithms/registry.ts";
import type { CacheSettings } from "../cache/cache-settings.ts";
import type { MissingRule } from "../keys/counter-key.ts";
import type { KeyPart } from "../keys/parse-key.ts";
import type { RoutePattern } from "../policies/route-pattern.ts";

/** What a policy does when its counter cannot answer in time. */
export type ErrorRule = "local" | "open" | "closed";

export interface Policy {
  readonly name: string;
  readonly algorithm: AlgorithmName;
  /** What the algorithm's parseConfig made of the policy's options. */
  readonly settings: unknown;
  /** Quota units per window, as headers name it. */
  readonly limit: number;
  /** undefined where the limit has no window. */
  readonly windowMs: number | undefined;
  readonly key: readonly KeyPart[];
  readonly onMissing: MissingRule;
  readonly onError: ErrorRule;
  readonly timeoutMs: number;
}

export interface Route {
  /** The path pattern as it was written, with its methods: how logs name the route. */
  readonly name: string;
  readonly pattern: RoutePattern;
  /** undefined is every method. GET includes HEAD. */
  readonly methods: ReadonlySet<string> | undefined;
  /** undefined is every host. Lower case. */
  readonly hosts: ReadonlySet<string> | undefined;
  readonly policies: readonly Policy[];
  readonly cost: number;
  readonly cache: CacheSettings | undefined;
  /** How long the origin may take until its response's header section. */
  readonly timeoutMs: number;
}

export interface Config {
  /** "zone", or an http(s) URL without a trailing slash. */
  readonly origin: string;
  /** How this deployment names itself in Via, Cache-Status and Proxy-Status (RFC 9110 section 7.6.3). */
  readonly name: string;
  readonly caseSensitive: boolean;
  readonly encodedSlash: "reject" | "keep";
  readonly headers: { readonly draft: boolean };
  readonly headerBytesMax: number;
  /** Share of events that are logged, 0 to 1. */
  readonly log: { readonly denied: number; readonly degraded: number; readonly failed: number };
  readonly counters: { readonly shards: number };
  readonly policies: readonly Policy[];
  readonly routes: readonly Route[];
}

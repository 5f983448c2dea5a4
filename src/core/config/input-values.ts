// Values that the types of headgate.config.ts are made of.

import type { KeyExtractorName } from "../keys/registry.ts";

/** A list; one value by itself is a list of one. */
export type ListOf<Value> = Value | readonly Value[];

/**
 * Units per window: 1 to 2^40; 0 for no access; "unlimited"; what a claim of the caller's token says, at most `max`, and
 * `default` without it; or `base`, which comes down to `min` while the origin pool `follow` is under pressure.
 */
export type LimitInput =
  | number
  | "unlimited"
  | { readonly claim: string; readonly default: number; readonly max: number }
  | { readonly base: number; readonly min: number; readonly follow: string };

type Unit = "ms" | "s" | "m" | "h" | "d" | "w";

/** A number and a unit, "500ms", "30s", "5m", "1h", "7d", "1w"; or several, the longest first: "1h30m". */
export type Duration = `${number}${Unit}` | `${number}${Unit}${number}${Unit}`;

/** "GET": methods are upper case. */
export type Method = Uppercase<string>;

/** "CH": two letters, upper case; "T1" is Tor. */
export type Country = Uppercase<string>;

/** Begins with a slash. */
export type Path = `/${string}`;

/** Of tokens: by a key pair, or by a secret that is shared. */
export type SigningAlgorithm = `${"RS" | "PS" | "ES" | "HS"}${256 | 384 | 512}` | "EdDSA" | "Ed25519";

export type Priority = "critical" | "normal" | "background";

/**
 * "ip", "path", ..., or with an argument: "header:x-api-key", "cookie:sid", "query:user". `{ ip: { v6: 56 } }` counts IPv6
 * addresses by their /56 in place of their /64.
 */
export type KeyInput =
  | KeyExtractorName
  | `${KeyExtractorName}:${string}`
  | { readonly ip: { readonly v6?: number } };

// What an operator keeps at run time: API keys, overrides, bans and access entries. One schema for each kind: the admin
// API parses with it, its OpenAPI document is made of it, and what is stored and sent to gateways is its output.

import * as v from "valibot";
import { isNetwork } from "../access/address-map.ts";
import { LIMIT_MAX, NAME, NAME_WANTED } from "../schema/primitives.ts";
import { object } from "../schema/parse-with.ts";
import {
  country,
  durationText,
  integerBetween,
  oneOf,
  quota,
  switchedOn,
  textLike,
} from "../schema/primitives.ts";
import { tokenScopes } from "./token-scopes.ts";
import { parseKey } from "../keys/parse-key.ts";

const PARTS_MAX = 8;
const PATTERN_LENGTH_MAX = 200;
const WILDCARDS_MAX = 8;
const SCOPES_MAX = 32;
const METADATA_MAX = 16;
/** The year 9999: any later time is a mistake. */
const TIME_MS_MAX = 253_402_300_799_999;

// Written out for each length, so that the message names it.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function textUpTo(most: number) {
  const message = `must be 1 to ${most} printable characters`;
  return v.pipe(
    v.string(message),
    v.minLength(1, message),
    v.maxLength(most, message),
    v.check((text) => !/\p{Cc}/u.test(text), message),
  );
}

const name = textLike(NAME, NAME_WANTED);
const reason = textUpTo(500);
/** Of the request alone, and stored nowhere: takes what can have no effect yet. */
const forcing = { force: v.optional(v.literal(true, "must be true")) };
/** Epoch milliseconds. */
export const timeMs = integerBetween(0, TIME_MS_MAX);

const metadataText = v.pipe(v.string("must be text"), v.maxLength(500, "must be at most 500 characters"));

/** Printable ASCII without spaces at its ends: it stands in a header field and in counters' keys. */

export const consumerName = textLike(
  /^[!-~](?:[ -~]{0,126}[!-~])?$/,
  "must be 1 to 128 printable ASCII characters without spaces at the ends",
);
/** What a consumer has besides its name: tier, scopes, metadata. */
export const grants = {
  tier: v.optional(name),
  scopes: v.optional(
    v.pipe(
      v.array(textLike(/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/, "must be a scope: 1 to 64 visible characters")),
      v.maxLength(SCOPES_MAX, `must name at most ${SCOPES_MAX} scopes`),
    ),
    [],
  ),
};

/** No longer than what may be shown of a key: whoever sends all of its text is told so. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function keyName(wanted: string) {
  return v.pipe(v.string(wanted), v.regex(/^[\x21-\x7e]{1,24}$/, wanted));
}

export const keyBody = object({
  consumer: consumerName,
  ...grants,
  ...forcing,
  enabled: v.optional(switchedOn, true),
  expiresAtMs: v.optional(timeMs),
  metadata: v.optional(
    v.pipe(
      v.record(v.pipe(v.string(), v.regex(NAME, NAME_WANTED)), metadataText, "must be an object of texts"),
      v.check(
        (given) => Object.keys(given).length <= METADATA_MAX,
        `must have at most ${METADATA_MAX} members`,
      ),
    ),
    {},
  ),
});

const PATTERN_WANTED = `must be 1 to ${PATTERN_LENGTH_MAX} characters with at most ${WILDCARDS_MAX} wildcards "*"`;
const pattern = v.pipe(
  v.string(PATTERN_WANTED),
  v.minLength(1, PATTERN_WANTED),
  v.maxLength(PATTERN_LENGTH_MAX, PATTERN_WANTED),
  v.check((text) => text.split("*").length - 1 <= WILDCARDS_MAX, PATTERN_WANTED),
);
const patterns = v.pipe(
  v.array(pattern, "must be a list of patterns"),
  v.minLength(1, "must have a pattern for each part of the policy's key"),
  v.maxLength(PARTS_MAX, `must have at most ${PARTS_MAX} patterns`),
);

const LIMIT_WANTED = `must be a whole number from 1 to ${LIMIT_MAX}, 0 for no access, or "unlimited"`;
export const overrideLimit = v.union([integerBetween(0, LIMIT_MAX), v.literal("unlimited")], LIMIT_WANTED);

/** The target of an override: `key` (a pattern for each part of the policy's key), a tier, or, with neither, every key. */
export const overrideBody = v.pipe(
  object({
    policy: name,
    ...forcing,
    key: v.optional(patterns),
    tier: v.optional(name),
    limit: v.optional(overrideLimit),
    burst: v.optional(quota),
    // What applies it reads it.
    window: v.optional(durationText),
    expiresAtMs: v.optional(timeMs),
    reason,
  }),
  v.check(({ key, tier }) => key === undefined || tier === undefined, "must name a key or a tier, not both"),
  v.check(
    ({ limit, burst, window }) => limit !== undefined || burst !== undefined || window !== undefined,
    "must change limit, burst or window",
  ),
);

/** Headers, cookies and query parameters may be credentials, which are stored nowhere: an API key is disabled instead. */
const BAN_KEY_WANTED = 'must be one part of a key that is no header, cookie or query parameter, such as "ip"';
const isBanKey = (text: string): boolean =>
  !/^(?:header|cookie|query)\b/.test(text) && parseKey(text, "key").ok;

export const banBody = object({
  key: v.optional(
    v.pipe(v.string(BAN_KEY_WANTED), v.maxLength(128, BAN_KEY_WANTED), v.check(isBanKey, BAN_KEY_WANTED)),
    "ip",
  ),
  value: textUpTo(256),
  ...forcing,
  expiresAtMs: v.optional(timeMs),
  reason,
});

const CIDR_WANTED = 'must be an address or a network such as "192.0.2.0/24" or "2001:db8::/32"';

/**
 * An access entry names exactly one of `cidr`, `country`, `asn` and `userAgent`. No policy counts a client that is
 * `unlimited`.
 */
export const accessBody = v.pipe(
  object({
    action: oneOf(["allow", "deny", "unlimited"]),
    ...forcing,
    cidr: v.optional(
      v.pipe(v.string(CIDR_WANTED), v.maxLength(49, CIDR_WANTED), v.check(isNetwork, CIDR_WANTED)),
    ),
    country: v.optional(country),
    asn: v.optional(integerBetween(1, 4_294_967_295)),
    userAgent: v.optional(pattern),
    expiresAtMs: v.optional(timeMs),
    reason,
  }),
  v.check(
    ({ cidr, country: code, asn, userAgent }) =>
      [cidr, code, asn, userAgent].filter((given) => given !== undefined).length === 1,
    "must name exactly one of cidr, country, asn and userAgent",
  ),
  v.check(
    ({ action, cidr }) => action !== "unlimited" || cidr !== undefined,
    "must name a cidr to be unlimited",
  ),
);

/** What the audit log says of who used it, after "token:". */
const tokenName = textLike(
  /^[a-z0-9][a-z0-9._-]{0,63}$/,
  "must be a name of at most 64 lower-case letters, digits, '.', '_' and '-'",
);

export const tokenBody = object({
  name: tokenName,
  scopes: v.pipe(
    v.array(oneOf(tokenScopes), "must be a list of scopes"),
    v.minLength(1, "must name at least one scope"),
    v.maxLength(tokenScopes.length, `must name at most ${tokenScopes.length} scopes`),
  ),
  expiresAtMs: v.optional(timeMs),
});

const REQUEST_STATES = ["open", "granted", "refused", "withdrawn"] as const;

/** What a consumer asks for. */
export const askedEntries = { policy: name, limit: quota, reason };

/** A consumer's request for a higher limit. What a grant changes is an override. */
export const requestBody = object({
  consumer: consumerName,
  ...askedEntries,
  /** Whom a grant is for: the override's. */
  key: patterns,
  state: oneOf(REQUEST_STATES),
  /** What the operator has said of it. */
  answer: v.optional(reason),
  /** What it was granted by, and until when that holds. */
  override: v.optional(v.string()),
  untilMs: v.optional(timeMs),
  /** When it is forgotten. */
  expiresAtMs: v.optional(timeMs),
});

/** The kinds of entries: storage, the admin API and its document read them from here. `letter` begins the ids of a kind. */
export const entryKinds = {
  keys: { body: keyBody, letter: "k", most: 100_000 },
  overrides: { body: overrideBody, letter: "o", most: 1_000 },
  bans: { body: banBody, letter: "b", most: 1_000 },
  access: { body: accessBody, letter: "a", most: 1_000 },
  tokens: { body: tokenBody, letter: "t", most: 100 },
  requests: { body: requestBody, letter: "r", most: 1_000 },
} as const;

export type EntryKind = keyof typeof entryKinds;
/** As an operator asks for it. */
export type AskedBody<Kind extends EntryKind = EntryKind> = v.InferOutput<(typeof entryKinds)[Kind]["body"]>;
/** As it is stored, and sent to gateways. */
export type EntryBody<Kind extends EntryKind = EntryKind> = ToStored<AskedBody<Kind>>;
type ToStored<Body> = Body extends unknown ? Omit<Body, "force"> : never;

/** The members of every entry besides its body. `revision` is its entity tag; it grows with every change. */
export interface EntryHead {
  readonly id: string;
  readonly revision: number;
  readonly createdAtMs: number;
}

/** The visible prefixes of a key or a token: the one in use, and one that is being replaced until `expiresAtMs`. */
export interface KeyPrefix {
  readonly prefix: string;
  readonly expiresAtMs?: number;
}

export type KeyEntry = EntryHead & EntryBody<"keys"> & { readonly prefixes: readonly KeyPrefix[] };
export type Override = EntryHead & EntryBody<"overrides">;
export type Ban = EntryHead & EntryBody<"bans">;
export type AccessEntry = EntryHead & EntryBody<"access">;
export type TokenEntry = EntryHead & EntryBody<"tokens"> & { readonly prefixes: readonly KeyPrefix[] };
export type LimitRequest = EntryHead & EntryBody<"requests">;
export type Entry = KeyEntry | Override | Ban | AccessEntry | TokenEntry | LimitRequest;

/** Kinds that gateways are sent whole: of the others each is asked for, by the hash of its secret. */
export type SharedKind = Exclude<EntryKind, "keys" | "tokens" | "requests">;

export function isShared(kind: EntryKind): kind is SharedKind {
  return kind !== "requests" && !hasSecret(kind);
}

/** Whether an entry has a text that opens something. */
export function hasSecret(kind: EntryKind): kind is "keys" | "tokens" {
  return kind === "keys" || kind === "tokens";
}

/** Whether it is active: it has not expired. */
export function isActive(
  { expiresAtMs }: { readonly expiresAtMs?: number | undefined },
  nowMs: number,
): boolean {
  return expiresAtMs === undefined || nowMs < expiresAtMs;
}

// Allowlists and blocklists: which clients may come in at all, by address, country, network and user agent, before any
// credential is looked at. `deny` goes before everything else; where something is allowed, nothing else is.

import * as v from "valibot";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { type Glob, matchesGlob, parseGlob } from "../glob.ts";
import type { Facts } from "../keys/facts.ts";
import { isNetwork } from "./address-map.ts";
import { AddressSet } from "./address-set.ts";
import { country, integerBetween, textThat } from "../schema/primitives.ts";

/** Clients that match one of these. */
export interface ClientList {
  readonly addresses: AddressSet;
  readonly countries: ReadonlySet<string>;
  readonly asns: ReadonlySet<number>;
  /** Lower case. */
  readonly userAgents: readonly Glob[];
}

export interface AccessList {
  readonly allow: ClientList | undefined;
  readonly deny: ClientList | undefined;
  /** Clients that no policy counts. */
  readonly unlimited: AddressSet | undefined;
}

export type ClientFacts = Pick<Facts, "address" | "country" | "asn" | "header">;

export interface Access {
  readonly isDenied: boolean;
  readonly isUnlimited: boolean;
}

const DENIED: Access = { isDenied: true, isUnlimited: false };
const ENTRIES_MAX = 1_000;
const PATTERN_LENGTH_MAX = 256;

const PATTERN_WANTED = `must be a pattern of at most ${PATTERN_LENGTH_MAX} characters, in which "*" is any text`;

const BOUNDS = { least: 0, most: ENTRIES_MAX } as const;
const networks = listOf(
  textThat(isNetwork, 'must be a network such as "192.0.2.0/24" or "2001:db8::/32", or an address'),
  "network",
  BOUNDS,
);

const clientList = v.pipe(
  object({
    addresses: v.optional(networks, []),
    countries: v.optional(listOf(country, "country", BOUNDS), []),
    asns: v.optional(
      listOf(
        integerBetween(1, 4_294_967_295, "must be an autonomous system's number, 1 to 4294967295"),
        "number",
        BOUNDS,
      ),
      [],
    ),
    userAgents: v.optional(
      listOf(
        v.pipe(v.string(PATTERN_WANTED), v.maxLength(PATTERN_LENGTH_MAX, PATTERN_WANTED)),
        "pattern",
        BOUNDS,
      ),
      [],
    ),
  }),
  v.transform((written): ClientList => toClientList(written)),
);

/** As they are written. */
interface Clients {
  /** Networks that isNetwork accepts. */
  readonly addresses: readonly string[];
  readonly countries: readonly string[];
  readonly asns: readonly number[];
  /** Patterns, in which "*" is any text and case does not matter. */
  readonly userAgents: readonly string[];
}

export function toClientList({ addresses, countries, asns, userAgents }: Clients): ClientList {
  return {
    addresses: new AddressSet(addresses),
    countries: new Set(countries),
    asns: new Set(asns),
    userAgents: userAgents.map((pattern) => parseGlob(pattern.toLowerCase())),
  };
}

/** A gateway's or a route's `access`. */
export const accessList = v.pipe(
  object({
    allow: v.optional(clientList),
    deny: v.optional(clientList),
    unlimited: v.optional(networks),
  }),
  v.transform(({ allow, deny, unlimited }): AccessList => ({
    allow,
    deny,
    unlimited: unlimited === undefined ? undefined : new AddressSet(unlimited),
  })),
);

/**
 * The decision of all of these lists together: each of them must let a client in, and one is enough to leave it unlimited.
 * Operators' entries at run time go first: clients that they allow are let in, whatever the lists have; of all others,
 * clients that they deny are not.
 */
export function decideAccess(lists: readonly AccessList[], facts: ClientFacts, changed?: AccessList): Access {
  let isUnlimited = changed?.unlimited?.has(facts.address) === true;
  const isLetIn = isListed(changed?.allow, facts);
  if (!isLetIn && isListed(changed?.deny, facts)) return DENIED;
  for (const { allow, deny, unlimited } of lists) {
    if (!isLetIn && isRefused({ allow, deny }, facts)) return DENIED;
    isUnlimited ||= unlimited?.has(facts.address) === true;
  }
  return { isDenied: false, isUnlimited };
}

function isRefused({ allow, deny }: Pick<AccessList, "allow" | "deny">, facts: ClientFacts): boolean {
  return isListed(deny, facts) || (allow !== undefined && !isListed(allow, facts));
}

function isListed(list: ClientList | undefined, facts: ClientFacts): boolean {
  if (list === undefined) return false;
  const { addresses, countries, asns, userAgents } = list;
  if (addresses.has(facts.address)) return true;
  if (countries.size > 0 && facts.country !== undefined && countries.has(facts.country)) return true;
  if (asns.size > 0 && facts.asn !== undefined && asns.has(facts.asn)) return true;
  if (userAgents.length === 0) return false;
  const userAgent = (facts.header("user-agent") ?? "").toLowerCase();
  return userAgents.some((pattern) => matchesGlob(pattern, userAgent));
}

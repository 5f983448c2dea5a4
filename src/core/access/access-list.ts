// Allowlists and blocklists: which clients may come in at all, by address, country, network, user agent and what the
// platform says of programs, before any credential is looked at. `deny` goes before everything else; where something is
// allowed, nothing else is.

import * as v from "valibot";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { type Glob, matchesGlob, parseGlob } from "../glob.ts";
import { isScoredBelow } from "../keys/bot-facts.ts";
import type { Facts } from "../keys/facts.ts";
import { isNetwork } from "./address-map.ts";
import { AddressSet } from "./address-set.ts";
import { country, integerBetween, switchedOn, textLike, textThat } from "../schema/primitives.ts";

/** Clients that match one of these. */
export interface ClientList {
  readonly addresses: AddressSet;
  readonly countries: ReadonlySet<string>;
  readonly asns: ReadonlySet<number>;
  readonly userAgents: readonly UserAgents[];
  /** Fingerprints of TLS handshakes. */
  readonly ja4s: ReadonlySet<string>;
  /** Search engines and the like. */
  readonly verifiedBots: boolean;
  /** Clients that are scored below it, and are none of those; 0: none. */
  readonly botScoreBelow: number;
  /** Whether one of the last three is there. */
  readonly asksOfBots: boolean;
}

interface UserAgents {
  readonly written: string;
  /** In lower case. */
  readonly glob: Glob;
}

export interface AccessList {
  readonly allow: ClientList | undefined;
  readonly deny: ClientList | undefined;
  /** Clients that no policy counts. */
  readonly unlimited: AddressSet | undefined;
  /** Its place in the configuration. */
  readonly path: string;
  /** Of operators' entries at run time, by what denies as a cause says it: their ids. */
  readonly ids?: ReadonlyMap<string, string>;
}

export type ClientFacts = Pick<Facts, "address" | "country" | "asn" | "header" | "bot">;

export interface Access {
  readonly isDenied: boolean;
  /** Which list denies, and which of its entries: for the operator, not for the client. */
  readonly cause?: string | undefined;
  readonly isUnlimited: boolean;
}
const ENTRIES_MAX = 1_000;
const PATTERN_LENGTH_MAX = 256;

const PATTERN_WANTED = `must be a pattern of at most ${PATTERN_LENGTH_MAX} characters, in which "*" is any text`;

const BOUNDS = { least: 0, most: ENTRIES_MAX } as const;
const networks = listOf(
  textThat(isNetwork, 'must be a network such as "192.0.2.0/24" or "2001:db8::/32", or an address'),
  "network",
  BOUNDS,
);

export const networkNumber = integerBetween(
  1,
  4_294_967_295,
  "must be an autonomous system's number, 1 to 4294967295",
);
/** A JA4. */
export const fingerprint = textLike(/^[a-z0-9_]{8,64}$/, "must be a JA4 fingerprint");

const clientEntries = {
  addresses: v.optional(networks, []),
  countries: v.optional(listOf(country, "country", BOUNDS), []),
  asns: v.optional(listOf(networkNumber, "number", BOUNDS), []),
  userAgents: v.optional(
    listOf(
      v.pipe(v.string(PATTERN_WANTED), v.maxLength(PATTERN_LENGTH_MAX, PATTERN_WANTED)),
      "pattern",
      BOUNDS,
    ),
    [],
  ),
  ja4: v.optional(listOf(fingerprint, "fingerprint", BOUNDS), []),
  verifiedBots: v.optional(switchedOn, false),
};

const allowedList = v.pipe(
  object(clientEntries),
  v.transform((written): ClientList => toClientList(written)),
);
const deniedList = v.pipe(
  object({
    ...clientEntries,
    botScoreBelow: v.optional(integerBetween(2, 99, "must be a bot score, 2 to 99")),
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
  readonly ja4?: readonly string[];
  readonly verifiedBots?: boolean;
  readonly botScoreBelow?: number | undefined;
}

export function toClientList({
  addresses,
  countries,
  asns,
  userAgents,
  ja4 = [],
  verifiedBots = false,
  botScoreBelow = 0,
}: Clients): ClientList {
  return {
    ja4s: new Set(ja4),
    verifiedBots,
    botScoreBelow,
    asksOfBots: ja4.length > 0 || verifiedBots || botScoreBelow > 0,
    addresses: new AddressSet(addresses),
    countries: new Set(countries),
    asns: new Set(asns),
    userAgents: userAgents.map((written) => ({ written, glob: parseGlob(written.toLowerCase()) })),
  };
}

/** A gateway's or a route's `access`. */
export const accessList = v.pipe(
  object({
    allow: v.optional(allowedList),
    deny: v.optional(deniedList),
    unlimited: v.optional(networks),
  }),
  v.transform(({ allow, deny, unlimited }): AccessList => ({
    allow,
    deny,
    unlimited: unlimited === undefined ? undefined : new AddressSet(unlimited),
    // A route's own has the route's beside it.
    path: "access",
  })),
);

/**
 * The decision of all of these lists together: each of them must let a client in, and one is enough to leave it unlimited.
 * Operators' entries at run time go first: clients that they allow are let in, whatever the lists have; of all others,
 * clients that they deny are not.
 */
export function decideAccess(lists: readonly AccessList[], facts: ClientFacts, changed?: AccessList): Access {
  const isLetIn = findListed(changed?.allow, facts) !== undefined;
  const cause = isLetIn ? undefined : findRefusing(lists, facts, changed);
  if (cause !== undefined) return { isDenied: true, cause, isUnlimited: false };
  const isUnlimited =
    isOneOf(changed?.unlimited, facts) || lists.some((list) => isOneOf(list.unlimited, facts));
  return { isDenied: false, isUnlimited };
}

const isOneOf = (addresses: AddressSet | undefined, facts: ClientFacts): boolean =>
  addresses?.has(facts.address) === true;

/** Which list refuses a client, and which of its entries; undefined: none does. */
function findRefusing(
  lists: readonly AccessList[],
  facts: ClientFacts,
  changed: AccessList | undefined,
): string | undefined {
  const denied = changed && findDenied(changed, facts);
  if (denied !== undefined) return denied;
  for (const list of lists) {
    const refusing = findDenied(list, facts) ?? findOutside(list, facts);
    if (refusing !== undefined) return refusing;
  }
  return undefined;
}

function findDenied({ deny, path, ids }: AccessList, facts: ClientFacts): string | undefined {
  const entry = findListed(deny, facts);
  if (entry === undefined) return undefined;
  return ids === undefined ? `${path}.deny: ${entry}` : `access entry ${ids.get(entry)}: ${entry}`;
}

function findOutside({ allow, path }: AccessList, facts: ClientFacts): string | undefined {
  if (allow === undefined || findListed(allow, facts) !== undefined) return undefined;
  const isUntold = allow.asksOfBots && facts.bot === undefined;
  return `${path}.allow: no entry lets it in${isUntold ? ", and the platform says nothing of its program" : ""}`;
}

/** The entry that a client matches, in words; undefined: none. What no entry asks for is not read. */
function findListed(list: ClientList | undefined, facts: ClientFacts): string | undefined {
  if (list === undefined) return undefined;
  const { addresses, countries, asns, userAgents } = list;
  const network = addresses.isEmpty ? undefined : addresses.find(facts.address);
  if (network !== undefined) return toEntryText("address", network);
  const place = countries.size === 0 ? undefined : findIn(countries, facts.country);
  if (place !== undefined) return toEntryText("country", place);
  const asn = asns.size === 0 ? undefined : findIn(asns, facts.asn);
  if (asn !== undefined) return toEntryText("asn", asn);
  const bot = list.asksOfBots ? findBot(list, facts) : undefined;
  if (bot !== undefined) return bot;
  return userAgents.length === 0 ? undefined : findUserAgent(userAgents, facts);
}

function findBot(
  { ja4s, verifiedBots, botScoreBelow }: ClientList,
  { bot }: ClientFacts,
): string | undefined {
  if (bot === undefined) return undefined;
  const { ja4, score, isVerified } = bot;
  if (ja4 !== undefined && ja4s.has(ja4)) return toEntryText("ja4", ja4);
  if (verifiedBots && isVerified) return "a verified bot";
  return isScoredBelow(bot, botScoreBelow) ? toEntryText("bot score", score ?? 0) : undefined;
}

function findIn<Value>(values: ReadonlySet<Value>, value: Value | undefined): Value | undefined {
  return value !== undefined && values.has(value) ? value : undefined;
}

function findUserAgent(listed: readonly UserAgents[], { header }: ClientFacts): string | undefined {
  const userAgent = (header("user-agent") ?? "").toLowerCase();
  const found = listed.find(({ glob }) => matchesGlob(glob, userAgent));
  return found && toEntryText("user agent", found.written);
}

export function toEntryText(
  kind: "address" | "country" | "asn" | "user agent" | "ja4" | "bot score",
  value: string | number,
): string {
  return `${kind} ${value}`;
}

// Turns a policy's key parts and a request's facts into the counter's key, and that into the object that owns it. Keys are
// unambiguous (each value with its length), bounded in length, and placed so that the keys of one client meet in one
// object: a request under several of its policies is then decided in one call.

import type { Facts } from "./facts.ts";
import { hash32 } from "./hash32.ts";
import { ip, isAddressLabel, toAddressKey, toAddressLabel } from "./ip.ts";
import type { KeyPart } from "./parse-key.ts";

export interface CounterKey {
  /** At most 160 characters. */
  readonly key: string;
  /** The part that the key's object is chosen by. */
  readonly place: string;
  readonly rank: number;
}

/** A key and the name of the object that owns it. */
export interface OwnedKey {
  readonly key: string;
  readonly object: string;
}

/** "ip": the client's address stands beside what is there. */
export type MissingRule = "skip" | "shared" | "deny" | "ip";

export interface KeyOptions {
  readonly onMissing: MissingRule;
  /** Tells the counters of some of a policy's limits apart. */
  readonly variantName?: string;
}

/** Labels of the parts that are read from accepted credentials. */
const CREDENTIAL_PART = /^(?:consumer$|api-key$|jwt:)/;
const ADDRESS_LABEL = toAddressLabel();
const ADDRESS_RANK = 3;
const CREDENTIAL_RANK = 2;
const OTHER_RANK = 1;
/** Keys longer than this, and those of values that clients may hold secret, are replaced by their SHA-256. */
const PLAIN_LENGTH_MAX = 160;
/** A length prefix that no value has, so no value can pass for a missing one. */
const MISSING = "-";

/**
 * The counter key of a request, or "skip" or "deny" when a part is missing and that is the policy's rule.
 */
export function toCounterKey(
  parts: readonly KeyPart[],
  facts: Facts,
  { onMissing, variantName }: KeyOptions,
): CounterKey | "skip" | "deny" {
  let key = "";
  let place = "";
  let rank = 0;
  let isMissing = false;
  for (const { label, argument, read } of parts) {
    const value = read(facts, argument);
    if (value === undefined) {
      if (onMissing === "skip" || onMissing === "deny") return onMissing;
      isMissing = true;
    }
    const written = writePart(label, value);
    key = key === "" ? written : `${key}|${written}`;
    const partRank = toRank(label, value);
    if (partRank <= rank) continue;
    rank = partRank;
    place = written;
  }
  if (isMissing && onMissing === "ip") {
    const written = writePart(ADDRESS_LABEL, ip.read(facts, ""));
    key = `${key}|${written}`;
    if (rank < ADDRESS_RANK) {
      rank = ADDRESS_RANK;
      place = written;
    }
  }
  key += writeVariant(variantName);
  if (mayHoldSecret(parts) || key.length > PLAIN_LENGTH_MAX) key = `sha256:${facts.hash(key)}`;
  return { key, place, rank };
}

/**
 * The name of the counter object that owns a key: one of a bounded number, whatever clients invent.
 * Keys with an address are placed by that address within its continent: near the client, and an address hardly ever
 * changes its continent. Keys of an accepted credential have an object each, named by the first part that is of the
 * credential: what one consumer does waits for no other. Other keys are placed by their first part, in one place for the
 * whole world.
 */
export function toObjectName(
  { place, rank }: CounterKey,
  facts: Pick<Facts, "hash" | "continent">,
  shards: number,
): string {
  // Only an accepted credential has these parts, so no anonymous client makes objects of this kind.
  if (rank === CREDENTIAL_RANK) return `credential:${facts.hash(place)}`;
  const scope = rank === ADDRESS_RANK ? (facts.continent ?? "unknown") : "world";
  return `${scope}:${toShard(place, shards)}`;
}

/** The key of a client's address by itself, as a policy with the key "ip" has it; undefined where it is none. */
export function toAddressCounter(address: string | undefined): CounterKey | undefined {
  const value = address === undefined ? undefined : toAddressKey(address);
  if (value === undefined) return undefined;
  const key = writePart(ADDRESS_LABEL, value);
  return { key, place: key, rank: ADDRESS_RANK };
}

/** The part of the highest rank places a key; of equal ones the first. */
function toRank(label: string, value: string | undefined): number {
  if (isAddressLabel(label)) return ADDRESS_RANK;
  return value !== undefined && CREDENTIAL_PART.test(label) ? CREDENTIAL_RANK : OTHER_RANK;
}

function writeVariant(name = ""): string {
  return name === "" ? "" : `|${writePart("limits", name)}`;
}

/** A value with its length, so that none reads as two. */
function writePart(label: string, value: string | undefined): string {
  return value === undefined ? `${label}=${MISSING}` : `${label}=${value.length}:${value}`;
}

/** Whether values of this part may be credentials: headers, cookies and query parameters, the parts with an argument. */
function mayHoldSecret(parts: readonly KeyPart[]): boolean {
  return parts.some(({ argument }) => argument !== "");
}

/** Whether a policy is enforced for this key: a stable share of keys, and not the same share for every policy. */
export function isEnforcedKey(
  key: string,
  { name, enforcePercent }: { readonly name: string; readonly enforcePercent: number },
): boolean {
  return enforcePercent === 100 || (enforcePercent > 0 && toShard(`${name}\n${key}`, 100) < enforcePercent);
}

function toShard(text: string, shards: number): number {
  return hash32(text) % shards;
}

// The access entries that operators keep at run time, as one list. Entries expire: the list is made anew when one has
// expired, and not for each request.

import { type AccessEntry, isActive } from "./entries.ts";
import { type AccessList, type ClientList, toClientList, toEntryText } from "../access/access-list.ts";
import { AddressSet } from "../access/address-set.ts";

export class AccessEntries {
  #entries: readonly AccessEntry[];
  #list: AccessList | undefined;
  #untilMs = -Infinity;

  constructor(entries: readonly AccessEntry[]) {
    this.#entries = entries;
  }

  /** The list of the active entries; undefined when there are none. */
  at(nowMs: number): AccessList | undefined {
    if (nowMs >= this.#untilMs) this.#read(nowMs);
    return this.#list;
  }

  #read(nowMs: number): void {
    this.#entries = this.#entries.filter((entry) => isActive(entry, nowMs));
    this.#untilMs = Math.min(...this.#entries.map(({ expiresAtMs = Infinity }) => expiresAtMs));
    this.#list = this.#entries.length === 0 ? undefined : toList(this.#entries);
  }
}

function toList(entries: readonly AccessEntry[]): AccessList {
  const unlimited = entries.flatMap(({ action, cidr }) =>
    action === "unlimited" && cidr !== undefined ? [cidr] : [],
  );
  return {
    allow: toClients(entries, "allow"),
    deny: toClients(entries, "deny"),
    unlimited: unlimited.length === 0 ? undefined : new AddressSet(unlimited),
    path: "",
    ids: toIds(entries),
  };
}

function toIds(entries: readonly AccessEntry[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const { id, action, cidr, country, asn, userAgent } of entries) {
    if (action !== "deny") continue;
    if (cidr !== undefined) ids.set(toEntryText("address", cidr), id);
    if (country !== undefined) ids.set(toEntryText("country", country), id);
    if (asn !== undefined) ids.set(toEntryText("asn", asn), id);
    if (userAgent !== undefined) ids.set(toEntryText("user agent", userAgent), id);
  }
  return ids;
}

function toClients(entries: readonly AccessEntry[], wanted: "allow" | "deny"): ClientList | undefined {
  const listed = entries.filter(({ action }) => action === wanted);
  if (listed.length === 0) return undefined;
  return toClientList({
    addresses: listed.flatMap(({ cidr = [] }) => cidr),
    countries: listed.flatMap(({ country = [] }) => country),
    asns: listed.flatMap(({ asn = [] }) => asn),
    userAgents: listed.flatMap(({ userAgent = [] }) => userAgent),
  });
}

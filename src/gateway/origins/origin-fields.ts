// Makes the origin's request fields of the client's: removes those that must not be forwarded, and adds the gateway's own
// (address, host, scheme, id, Via, consumer).

import type { Config } from "../../core/config/config.ts";
import { foldName } from "../../core/http/field-name.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { isDroppedFromRequests, toNominated } from "../../core/http/forwarded-fields.ts";
import { REQUEST_ID_FIELD } from "../../core/http/request-id.ts";
import { addMember } from "../request/add-member.ts";
import { isWebSocketUpgrade } from "../request/read-request.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export interface OriginFieldsOptions {
  readonly config: Pick<Config, "name">;
  /** Fields put over the client's, for example the cache's conditions. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** Folded names of client fields that are not forwarded: those that the cache evaluates itself. */
  readonly without?: readonly string[];
}

const NONE: readonly never[] = [];

/** Copies the fields, which is cheaper than setting each and keeps every byte, and changes the copy. */
export function toOriginFields(facts: RequestFacts, options: OriginFieldsOptions): Headers {
  const withheld = toWithheld(facts, options);
  const sent = new Headers(facts.request.headers);
  for (const name of withheld) sent.delete(name);
  for (const [name, value] of facts.touched) {
    const folded = facts.hasOddNames ? foldName(name) : name;
    if (isDroppedFromRequests(folded) || withheld.includes(folded)) sent.delete(name);
    else sendAsRead(sent, [name, value], { folded, read: facts.reader.get(folded) ?? undefined });
  }
  setOwn(sent, facts);
  addMember(sent, "via", {
    list: withheld.includes("via") ? undefined : facts.fields.get("via"),
    member: `1.1 ${options.config.name}`,
  });
  for (const [name, value] of options.fields ?? NONE) sent.set(name, value);
  return sent;
}

/** Sets the fields that are the gateway's alone. */
function setOwn(sent: Headers, facts: RequestFacts): void {
  const { url, address, caller, requestId } = facts;
  if (isWebSocketUpgrade(facts)) sent.set("upgrade", "websocket");
  if (address !== undefined) sent.set("x-forwarded-for", address);
  sent.set(REQUEST_ID_FIELD, requestId);
  sent.set("x-forwarded-proto", url.scheme);
  sent.set("x-forwarded-host", url.host);
  for (const [name, value] of caller?.originFields ?? NONE) sent.set(name, value);
}

/**
 * Folded names of fields that are not forwarded, beside those of every request: what Connection names, the credential,
 * and what is replaced.
 */
function toWithheld(
  { fields: sent, caller }: RequestFacts,
  { fields = NONE, without = NONE }: OriginFieldsOptions,
): readonly string[] {
  const connection = sent.get("connection");
  const nominated = connection === undefined ? NONE : toNominated(connection);
  if (fields.length + without.length === 0 && caller?.withheld === undefined) return nominated;
  const named = [...nominated, ...without, ...fields.map(([name]) => foldName(name))];
  return caller?.withheld === undefined ? named : [...named, caller.withheld];
}

interface Read {
  readonly folded: string;
  /** The combined value of all spellings and lines; undefined for a forged spelling of a platform field. */
  readonly read: string | undefined;
}

/**
 * Joins lines and spellings of one name: the origin must not use one of several values where all were counted. A value that
 * is not valid UTF-8 stays in its line.
 */
function sendAsRead(sent: Headers, [name, value]: readonly [string, string], { folded, read }: Read): void {
  const isAlone = read === value;
  if (isAlone && !value.includes(", ")) return;
  const isWritable = read !== undefined && isReadable(read);
  if (name !== folded && !isAlone) sent.delete(name);
  if (isWritable) sent.set(isAlone ? name : folded, read);
}

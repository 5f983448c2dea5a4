// The fields of a request as its origin gets them: the client's own as they came, without those that must not cross, and
// the gateway's word on who asks, from where and by which way.

import type { Config } from "../../core/config/config.ts";
import { foldName } from "../../core/http/field-name.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { isDroppedFromRequests, toNominated } from "../../core/http/forwarded-fields.ts";
import { addMember } from "../request/add-member.ts";
import { isWebSocketUpgrade } from "../request/read-request.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export interface OriginFieldsOptions {
  readonly config: Pick<Config, "name">;
  /** Fields put over the client's, for example the cache's conditions. */
  readonly fields?: readonly (readonly [name: string, value: string])[];
  /** Fields of the client that stay here, folded: those that the cache answers itself. */
  readonly without?: readonly string[];
}

/** The platform copies its own fields for less than it takes any others, and with every byte. */
export function toOriginFields(facts: RequestFacts, options: OriginFieldsOptions): Headers {
  const withheld = toWithheld(facts, options);
  const sent = new Headers(facts.request.headers);
  for (const [name, value] of facts.lines) {
    const folded = facts.hasOddNames ? foldName(name) : name;
    if (isDroppedFromRequests(folded) || withheld.includes(folded)) sent.delete(name);
    else sendAsRead(sent, [name, value], { folded, read: facts.fields.get(folded) });
  }
  setOwn(sent, facts);
  addMember(sent, "via", {
    list: withheld.includes("via") ? undefined : facts.header("via"),
    member: `1.1 ${options.config.name}`,
  });
  for (const [name, value] of options.fields ?? []) sent.set(name, value);
  return sent;
}

/** The gateway's own word. */
function setOwn(sent: Headers, facts: RequestFacts): void {
  const { url, address, caller } = facts;
  if (isWebSocketUpgrade(facts)) sent.set("upgrade", "websocket");
  if (address !== undefined) sent.set("x-forwarded-for", address);
  sent.set("x-forwarded-proto", url.scheme);
  sent.set("x-forwarded-host", url.host);
  for (const [name, value] of caller?.originFields ?? []) sent.set(name, value);
}

/**
 * Folded names that stay here, beside those of every request: what Connection names, the credential, and every spelling of
 * what is put in the client's place.
 */
function toWithheld(
  { header, caller }: RequestFacts,
  { fields = [], without = [] }: OriginFieldsOptions,
): readonly string[] {
  const nominated = toNominated(header("connection"));
  if (fields.length + without.length === 0 && caller?.withheld === undefined) return nominated;
  const named = [...nominated, ...without, ...fields.map(([name]) => foldName(name))];
  return caller?.withheld === undefined ? named : [...named, caller.withheld];
}

interface Read {
  readonly folded: string;
  /** What all spellings and lines were read as; undefined: nothing was, for the name is the platform's. */
  readonly read: string | undefined;
}

/**
 * Lines and spellings of one name go on as one: the origin must not read one of them where all were counted. Bytes that
 * cannot be read stay in their lines.
 */
function sendAsRead(sent: Headers, [name, value]: readonly [string, string], { folded, read }: Read): void {
  const isAlone = read === value;
  if (isAlone && !value.includes(", ")) return;
  const isWritable = read !== undefined && isReadable(read);
  if (name !== folded && !isAlone) sent.delete(name);
  if (isWritable) sent.set(isAlone ? name : folded, read);
}

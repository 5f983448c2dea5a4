// Which fields of a response are kept (RFC 9111 section 3.1), which belong to the one exchange only, and how a 304's
// fields go over stored ones (section 3.2).

import { type Fields, parseFieldNames, toFieldReader } from "./fields.ts";

/**
 * Fields of the connection (RFC 9110 section 7.6.1), of a proxy (RFC 9111 section 3.1), of trailers (they are discarded),
 * and Age, which is computed anew for every answer (section 4).
 */
const OF_THE_HOP: ReadonlySet<string> = new Set([
  "age",
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authentication-info",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);
/** Fields about the client and the moment, not about the resource: another client must never see them. */
const OF_THE_EXCHANGE: ReadonlySet<string> = new Set(["retry-after", "set-cookie", "set-cookie2"]);
/**
 * Rate-limit fields: ratelimit, ratelimit-policy, ratelimit-*, x-ratelimit-*, x-rate-limit-*, x-account-rate-limit-*
 * and their like.
 */
const RATE_LIMIT = /^(?:x-)?(?:[a-z]+-)?rate-?limit(?:-|$)/;
/** Fields that a 304 does not replace: they describe the bytes as they are stored (section 3.2), and a 304 has none. */
const OF_THE_BODY: ReadonlySet<string> = new Set([
  "content-digest",
  "content-encoding",
  "content-length",
  "content-md5",
  "content-range",
  "digest",
  "repr-digest",
]);

/** The fields to keep. `withheld` are the names that no-cache="..." and private="..." exclude (sections 5.2.2.4, 5.2.2.7). */
export function toStoredFields(fields: Fields, withheld: readonly string[]): Fields {
  const dropped = new Set([...withheld, ...toNominated(fields)]);
  return fields.filter(([name]) => !dropped.has(name) && !OF_THE_HOP.has(name) && !isOfExchange(name));
}

/** The fields that go to the client of this exchange alone, next to a stored answer that its 304 confirmed. */
export function toExchangeFields(fields: Fields): Fields {
  const nominated = new Set(toNominated(fields));
  return fields.filter(([name]) => isOfExchange(name) && !nominated.has(name));
}

/** Stored fields with a newer response's in their place (section 3.2). */
export function mergeFields(stored: Fields, newer: Fields): Fields {
  const replacing = toStoredFields(newer, []).filter(([name]) => !OF_THE_BODY.has(name));
  const replaced = new Set(replacing.map(([name]) => name));
  return [...stored.filter(([name]) => !replaced.has(name)), ...replacing];
}

function isOfExchange(name: string): boolean {
  return OF_THE_EXCHANGE.has(name) || RATE_LIMIT.test(name);
}

/** The fields that Connection names: they go no further than Connection itself (RFC 9110 section 7.6.1). */
function toNominated(fields: Fields): readonly string[] {
  const connection = toFieldReader(fields).get("connection");
  return parseFieldNames(connection ?? "") ?? [];
}

// Which header fields cross the gateway. Hop-by-hop fields stop here both ways (RFC 9110 section 7.6.1), and so do fields
// by which a client could pretend to be the gateway or change what was matched and limited.

import { foldName } from "./field-name.ts";

export const HOP_BY_HOP: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Folded names (field-name.ts). */
const DROPPED_FROM_REQUESTS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  "proxy-authorization",
  // As HTTP_PROXY it would configure the proxy of the application's own calls (https://httpoxy.org).
  "proxy",
  // workerd cannot read an interim response (RFC 9110 section 10.1.1).
  "expect",
  "host",
  "front-end-https",
  "x-original-uri",
  "x-original-url",
  "x-original-host",
  "x-rewrite-url",
  "x-host",
  "x-http-host-override",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-scheme",
  "x-url-scheme",
  // Fields that applications and their libraries read a client's address from.
  "appengine-user-ip",
  "client-ip",
  "fastly-client-ip",
  "forwarded",
  "forwarded-for",
  "forwarded-for-ip",
  "proxy-client-ip",
  "true-client-ip",
  "wl-proxy-client-ip",
  "x-azure-clientip",
  "x-azure-socketip",
  "x-client-ip",
  "x-cluster-client-ip",
  "x-envoy-external-address",
  "x-forwarded",
  "x-original-forwarded-for",
  "x-originating-ip",
  "x-proxyuser-ip",
  "x-real-ip",
  "x-remote-addr",
  "x-remote-ip",
  // The caller, as the gateway names it.
  "x-consumer",
  "x-tier",
  // The request, as the gateway names it.
  "x-gateway-request-id",
]);

/** Whether a request's field, by its folded name, stays at the gateway. */
export function isDroppedFromRequests(name: string): boolean {
  return DROPPED_FROM_REQUESTS.has(name) || name.startsWith("x-forwarded-");
}

/**
 * Whether a request's field, by its folded name, is set by the platform. Under any other spelling of such a name it is a
 * forgery of the client's, and is neither read nor forwarded.
 */
export function isOfPlatform(name: string): boolean {
  return name.startsWith("cf-") || name === "content-length" || name === "cdn-loop";
}

/** Fields of an origin's response that stay at the gateway. */
const DROPPED_FROM_RESPONSES: readonly string[] = [
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authentication-info",
];
const DROPPED_WITH_CONNECTION: readonly string[] = ["connection", ...DROPPED_FROM_RESPONSES];

/**
 * The fields that the gateway takes off a response with this Connection field: what it names, and what the platform would
 * pass on. Other hop-by-hop fields no answer of the platform's ever has, and each name that is looked for is a call into it.
 */
export function toDroppedFromResponse(connection: string | undefined): readonly string[] {
  if (connection === undefined) return DROPPED_FROM_RESPONSES;
  return [...DROPPED_WITH_CONNECTION, ...splitNames(connection)];
}

/** The folded names that a request's Connection field nominates. */
export function toNominated(connection: string | undefined): readonly string[] {
  return splitNames(connection).map(foldName);
}

function splitNames(connection: string | undefined): readonly string[] {
  if (connection === undefined) return [];
  return connection
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
}

/** A comment, without nested ones: an open parenthesis of the client's must not hide what comes after it. */
const COMMENT = /\([^()]*\)/g;

/** Whether Via already names this gateway: the request has been here (RFC 9110 section 7.6.3). */
export function hasPassed(via: string | null, name: string): boolean {
  if (via === null) return false;
  const members = via.replace(COMMENT, " ").split(",");
  return members.some((member) => member.trim().split(/\s+/)[1]?.toLowerCase() === name.toLowerCase());
}

/** Whether a configuration may set a field: none of the gateway's own or of the connection, and only what is a field. */
export function isSettable([name, value]: [string, string]): boolean {
  const folded = foldName(name);
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(name) &&
    /^[\t\x20-\x7e]{0,1024}$/.test(value) &&
    !isDroppedFromRequests(folded) &&
    !["via", "content-length"].includes(folded)
  );
}

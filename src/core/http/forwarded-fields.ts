// Which header fields cross the gateway. Hop-by-hop fields stop here both ways (RFC 9110 section 7.6.1), and so do the
// fields by which a client could speak for the gateway or change what was matched and limited.

export const HOP_BY_HOP: readonly string[] = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

const DROPPED_FROM_REQUESTS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  "proxy-authorization",
  // workerd cannot read an interim response (RFC 9110 section 10.1.1).
  "expect",
  "host",
  "forwarded",
  "x-forwarded",
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
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
  // The gateway's word on who is calling.
  "x-consumer",
  "x-tier",
]);

/**
 * Whether a request's field, by its lower-case name, stays at the gateway. CGI and what came after it (WSGI, PHP, Rack)
 * give "x_forwarded_for" to the application under the same name as "x-forwarded-for".
 */
export function isDroppedFromRequests(name: string): boolean {
  const folded = name.includes("_") ? name.replaceAll("_", "-") : name;
  return DROPPED_FROM_REQUESTS.has(folded) || folded.startsWith("x-forwarded-");
}

/** Fields of an origin's response that stay at the gateway. */
const DROPPED_FROM_RESPONSES: readonly string[] = [
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authentication-info",
];
const DROPPED_WITH_CONNECTION: readonly string[] = [...HOP_BY_HOP, ...DROPPED_FROM_RESPONSES];

/**
 * The fields that stay at the gateway of a response with this Connection field; of one without, only those that the
 * platform would pass on: each name that is looked for is a call into it.
 */
export function toDroppedFromResponse(connection: string | undefined): readonly string[] {
  if (connection === undefined) return DROPPED_FROM_RESPONSES;
  return [...DROPPED_WITH_CONNECTION, ...toNominated(connection)];
}

/** The lower-case names that a Connection field nominates. */
export function toNominated(connection: string | undefined): readonly string[] {
  if (connection === undefined) return [];
  return connection
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
}

/** Without nested ones: what must not happen is that an open parenthesis of the client's hides what comes after it. */
const COMMENT = /\([^()]*\)/g;

/** Whether Via already names this gateway: the request has been here (RFC 9110 section 7.6.3). */
export function hasPassed(via: string | null, name: string): boolean {
  if (via === null) return false;
  const members = via.replace(COMMENT, " ").split(",");
  return members.some((member) => member.trim().split(/\s+/)[1]?.toLowerCase() === name.toLowerCase());
}

/**
 * Where an origin's redirect leads when seen from the client: what names the origin names the gateway instead. What lies
 * outside the origin's base path is not the origin, and stays. `origin` is as parseOrigin returns it; `prefix` is what
 * was taken from the front of the request's path.
 */
export function toClientLocation(
  location: string,
  { origin, gateway, prefix = "" }: LocationContext,
): string {
  const [, host, base = ""] = /^https?:\/\/([^/]+)(.*)$/.exec(origin) ?? [];
  if (host === undefined) return location;
  const absolute = /^(https?:)?\/\/([^/?#\\]+)(.*)$/i.exec(location);
  if (absolute === null) return toClientPath(location, { base, prefix });
  const [, scheme = "", authority = "", rest = ""] = absolute;
  const path = toHostAndPort(scheme, authority) === host ? withoutBase(rest, base) : undefined;
  return path === undefined ? location : gateway + prefix + path;
}

/** A relative path stays: it means the same from the client. */
function toClientPath(
  path: string,
  { base, prefix }: { readonly base: string; readonly prefix: string },
): string {
  const inside = path.startsWith("/") ? withoutBase(path, base) : undefined;
  return inside === undefined ? path : prefix + inside;
}

interface LocationContext {
  readonly origin: string;
  readonly gateway: string;
  readonly prefix?: string;
}

/** In lower case and without the scheme's default port. Without a scheme it is the client's, so either default is. */
function toHostAndPort(scheme: string, authority: string): string {
  const defaults: Readonly<Record<string, RegExp>> = { "http:": /:(?:80)?$/, "https:": /:(?:443)?$/ };
  return authority.toLowerCase().replace(defaults[scheme.toLowerCase()] ?? /:(?:80|443)?$/, "");
}

/** undefined when the path is not below the base. */
function withoutBase(path: string, base: string): string | undefined {
  if (base === "") return path.startsWith("/") ? path : `/${path}`;
  if (!path.startsWith(base)) return undefined;
  const rest = path.slice(base.length);
  if (rest !== "" && !/^[/?#]/.test(rest)) return undefined;
  // "/base//evil.example" must not become "//evil.example", which leads to another host.
  return `/${rest.replace(/^[/\\]+/, "")}`;
}

/** The gateway's own fields and those of the connection cannot be set, nor what is no field at all. */
export function isSettable([name, value]: [string, string]): boolean {
  const lower = name.toLowerCase();
  return (
    /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/.test(name) &&
    /^[\t\x20-\x7e]{0,1024}$/.test(value) &&
    !isDroppedFromRequests(lower) &&
    !["via", "content-length"].includes(lower)
  );
}

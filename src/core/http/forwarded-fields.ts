// Which header fields cross the gateway. Hop-by-hop fields stop here both ways (RFC 9110 section 7.6.1), and so do the
// fields by which a client could speak for the gateway or change what was matched and limited.

const HOP_BY_HOP: readonly string[] = [
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
  "x-original-url",
  "x-original-host",
  "x-rewrite-url",
  "x-host",
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  "x-real-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "true-client-ip",
]);

/** Whether a request's field, by its lower-case name, stays at the gateway. */
export function isDroppedFromRequests(name: string): boolean {
  return DROPPED_FROM_REQUESTS.has(name) || name.startsWith("x-forwarded-");
}

/** Fields of an origin's response that stay at the gateway. */
export const DROPPED_FROM_RESPONSES: readonly string[] = [
  ...HOP_BY_HOP,
  "proxy-authenticate",
  "proxy-authentication-info",
];

/** The lower-case names that a Connection field nominates. */
export function toNominated(connection: string | null): readonly string[] {
  if (connection === null) return [];
  return connection
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");
}

/** Whether Via already names this gateway: the request has been here (RFC 9110 section 7.6.3). */
export function hasPassed(via: string | null, name: string): boolean {
  if (via === null) return false;
  return via.split(",").some((member) => member.trim().split(/\s+/)[1]?.toLowerCase() === name.toLowerCase());
}

/** Where an origin's redirect leads when seen from the client: what names the origin names the gateway instead. */
export function toClientLocation(
  location: string,
  { origin, gateway }: { readonly origin: string; readonly gateway: string },
): string {
  const [, scheme = "", host = "", base = ""] = /^(https?):\/\/([^/]+)(.*)$/.exec(origin) ?? [];
  if (scheme === "") return location;
  const absolute = /^(?:https?:)?\/\/([^/?#]+)(.*)$/i.exec(location);
  if (absolute === null) return location.startsWith("/") ? withoutBase(location, base) : location;
  const [, locationHost = "", rest = ""] = absolute;
  if (locationHost.toLowerCase() !== host) return location;
  return gateway + withoutBase(rest, base);
}

function withoutBase(path: string, base: string): string {
  if (base === "" || !path.startsWith(base)) return path;
  const rest = path.slice(base.length);
  return rest === "" || /^[/?#]/.test(rest) ? rest || "/" : path;
}

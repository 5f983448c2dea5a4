// What an origin's answer says of URLs, seen from the client: what names the origin names the gateway instead. Nothing else
// is changed, and what is not understood stays as it is.

export interface ClientContext {
  /** As parseOrigin returns it. */
  readonly origin: string;
  /** Scheme, host and port that the client asked. */
  readonly gateway: string;
  /** What was taken from the front of the request's path. */
  readonly prefix?: string;
}

const ORIGIN = /^https?:\/\/([^/]+)(.*)$/;

/** A reference, as in Location. What lies outside the origin's base path is not the origin, and stays. */
export function toClientLocation(location: string, { origin, gateway, prefix = "" }: ClientContext): string {
  const [, host, base = ""] = ORIGIN.exec(origin) ?? [];
  if (host === undefined) return location;
  const absolute = /^(https?:)?\/\/([^/?#\\]+)(.*)$/i.exec(location);
  if (absolute === null) return toClientPath(location, { base, prefix });
  const [, scheme = "", authority = "", rest = ""] = absolute;
  const path = toHostAndPort(scheme, authority) === host ? withoutBase(rest, base) : undefined;
  return path === undefined ? location : gateway + prefix + path;
}

/** The same for a path. A relative one stays: it means the same to the client. */
function toClientPath(
  path: string,
  { base, prefix }: { readonly base: string; readonly prefix: string },
): string {
  const inside = path.startsWith("/") ? withoutBase(path, base) : undefined;
  return inside === undefined ? path : prefix + inside;
}

/**
 * A host and port in lower case, without the scheme's default port. Without a scheme it is the client's: either
 * default.
 */
function toHostAndPort(scheme: string, authority: string): string {
  const defaults: Readonly<Record<string, RegExp>> = { "http:": /:(?:80)?$/, "https:": /:(?:443)?$/ };
  return authority.toLowerCase().replace(defaults[scheme.toLowerCase()] ?? /:(?:80|443)?$/, "");
}

/** A path without the base's; undefined when it is not below it. */
function withoutBase(path: string, base: string): string | undefined {
  if (base === "") return path.startsWith("/") ? path : `/${path}`;
  if (!path.startsWith(base)) return undefined;
  const rest = path.slice(base.length);
  if (rest !== "" && !/^[/?#]/.test(rest)) return undefined;
  // "/base//evil.example" must not become "//evil.example", which leads to another host.
  return `/${rest.replace(/^[/\\]+/, "")}`;
}

/** A target, a target's context, and what is neither: quoted text (RFC 8288 section 3). */
const LINK_PART = /<([^<>]*)>|(;\s*anchor\s*=\s*")([^"]*)|"(?:[^"\\]|\\.)*"?/gi;

/** Link (RFC 8288). */
export function toClientLink(link: string, context: ClientContext): string {
  return link.replace(LINK_PART, (part: string, target?: string, before = "", anchor?: string) => {
    if (target !== undefined) return `<${toClientLocation(target, context)}>`;
    return anchor === undefined ? part : before + toClientLocation(anchor, context);
  });
}

/** Seconds, and a reference that may be quoted (https://html.spec.whatwg.org/#shared-declarative-refresh-steps). */
const REFRESH = /^([\s\d.]+[;,\s]\s*(?:url\s*=\s*)?["']?)([^"']+)(.*)$/is;

/** Refresh. */
export function toClientRefresh(refresh: string, context: ClientContext): string {
  const [, before = "", reference, after = ""] = REFRESH.exec(refresh) ?? [];
  return reference === undefined ? refresh : before + toClientLocation(reference, context) + after;
}

const COOKIE_ATTRIBUTE = /(;\s*(domain|path)\s*=\s*)([^;\s]+)/gi;

/**
 * One line of Set-Cookie (RFC 6265 section 4.1). A Domain that has the origin in it and not the gateway would make the
 * client refuse the cookie; under a Path that only the origin knows it would never come back.
 */
export function toClientCookie(cookie: string, { origin, gateway, prefix = "" }: ClientContext): string {
  const [, host = "", base = ""] = ORIGIN.exec(origin) ?? [];
  const [, gatewayHost = ""] = ORIGIN.exec(gateway) ?? [];
  return cookie.replace(COOKIE_ATTRIBUTE, (part: string, before: string, name: string, value: string) => {
    if (name.toLowerCase() === "domain") {
      const isForeign = isInDomain(host, value) && !isInDomain(gatewayHost, value);
      return isForeign ? before + gatewayHost.replace(PORT, "") : part;
    }
    if (value === "/") return part;
    const path = toClientPath(value, { base, prefix });
    return before + (path === `${prefix}/` && prefix !== "" ? prefix : path);
  });
}

const PORT = /:\d+$/;

/** RFC 6265 section 5.1.3. A dot in front means nothing (section 5.2.3). */
function isInDomain(host: string, domain: string): boolean {
  return `.${host.replace(PORT, "")}`.endsWith(`.${domain.replace(/^\./, "")}`.toLowerCase());
}

// URLs, paths and domains in the fields of an origin's answer, rewritten for the client: those of the origin become the
// gateway's. Everything else, and what cannot be parsed, stays as it is.

export interface ClientContext {
  /** The origin as parseOrigin returns it. */
  readonly origin: string;
  /** Scheme, host and port of the client's request. */
  readonly gateway: string;
  /** The prefix that was removed from the request's path. */
  readonly prefix?: string;
}

const ORIGIN = /^https?:\/\/([^/]+)(.*)$/;

/** Rewrites a URL or path, as in Location. One outside the origin's base path is not the origin's, and stays. */
export function toClientLocation(location: string, { origin, gateway, prefix = "" }: ClientContext): string {
  const [, host, base = ""] = ORIGIN.exec(origin) ?? [];
  if (host === undefined) return location;
  const absolute = /^(https?:)?\/\/([^/?#\\]+)(.*)$/i.exec(location);
  if (absolute === null) return toClientPath(location, { base, prefix });
  const [, scheme = "", authority = "", rest = ""] = absolute;
  const path = toHostAndPort(scheme, authority) === host ? withoutBase(rest, base) : undefined;
  return path === undefined ? location : gateway + prefix + path;
}

/** Rewrites a path. A relative one stays: it means the same to the client. */
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

/** A link's target, its `anchor` parameter, or any other quoted text, which is skipped (RFC 8288 section 3). */
const LINK_PART = /<([^<>]*)>|(;\s*anchor\s*=\s*")([^"]*)|"(?:[^"\\]|\\.)*"?/gi;

/** Rewrites Link (RFC 8288). */
export function toClientLink(link: string, context: ClientContext): string {
  return link.replace(LINK_PART, (part: string, target?: string, before = "", anchor?: string) => {
    if (target !== undefined) return `<${toClientLocation(target, context)}>`;
    return anchor === undefined ? part : before + toClientLocation(anchor, context);
  });
}

/** Seconds, and a URL that may be quoted (https://html.spec.whatwg.org/#shared-declarative-refresh-steps). */
const REFRESH = /^([\s\d.]+[;,\s]\s*(?:url\s*=\s*)?["']?)([^"']+)(.*)$/is;

/** Rewrites Refresh. */
export function toClientRefresh(refresh: string, context: ClientContext): string {
  const [, before = "", reference, after = ""] = REFRESH.exec(refresh) ?? [];
  return reference === undefined ? refresh : before + toClientLocation(reference, context) + after;
}

const COOKIE_ATTRIBUTE = /(;\s*(domain|path)\s*=\s*)([^;\s]+)/gi;

/**
 * Rewrites Domain and Path in one line of Set-Cookie (RFC 6265 section 4.1). The client would reject a cookie whose Domain
 * contains the origin but not the gateway, and would never send back one whose Path exists on the origin alone.
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

/** Whether a domain contains a host (RFC 6265 section 5.1.3). A leading dot is ignored (section 5.2.3). */
function isInDomain(host: string, domain: string): boolean {
  return `.${host.replace(PORT, "")}`.endsWith(`.${domain.replace(/^\./, "")}`.toLowerCase());
}

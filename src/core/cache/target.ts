// URLs as plain strings: from a target to its URL, and back for the two forms that invalidation may follow.

import { type PathRules, toCanonicalPath } from "../http/canonical-path.ts";
import type { Target } from "./exchange.ts";

const ABSOLUTE =
  /^(?<scheme>https?):\/\/(?<host>[^/?#@\\\s]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?(?:#.*)?$/i;
const SCHEME = /^[a-z][a-z0-9+.-]*:/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ":80", https: ":443" };

export function toUrl({ scheme, host, path, query }: Target): string {
  const url = `${scheme}://${host}${path}`;
  return query === "" ? url : `${url}?${query}`;
}

type TargetRules = Pick<PathRules, "mergeSlashes">;

/** The target of an absolute http(s) URL without credentials, or undefined. */
export function parseTarget(url: string, rules: TargetRules = {}): Target | undefined {
  const groups = ABSOLUTE.exec(url)?.groups;
  if (groups === undefined) return undefined;
  const scheme = (groups["scheme"] ?? "").toLowerCase();
  const path = toCanonicalPath(groups["path"] ?? "/", { ...rules, encodedSlash: "keep" });
  if (!path.ok) return undefined;
  return {
    scheme,
    host: toHost(groups["host"] ?? "", DEFAULT_PORTS[scheme] ?? ""),
    path: path.value,
    query: groups["query"] ?? "",
  };
}

/** A host without the scheme's own port and the root's dot, which name the same (RFC 1034 section 3.1). */
function toHost(text: string, defaultPort: string): string {
  const host = text.toLowerCase();
  const named = host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host;
  return named.replace(/\.(?=$|:\d*$)/, "");
}

/** The target of a reference (RFC 3986 section 5.2), or undefined when it is of another origin. */
export function resolveSameOrigin(
  reference: string,
  base: Target,
  rules: TargetRules = {},
): Target | undefined {
  // Clients differ in what a backslash is: it could be the start of another host.
  if (reference.includes("\\")) return undefined;
  const target = parseTarget(toAbsolute(reference, base), rules);
  return target?.scheme === base.scheme && target.host === base.host ? target : undefined;
}

function toAbsolute(reference: string, base: Target): string {
  if (SCHEME.test(reference)) return reference;
  if (reference.startsWith("//")) return `${base.scheme}:${reference}`;
  if (reference === "" || reference.startsWith("#")) return toUrl(base);
  const path = reference.startsWith("?") ? base.path : toFolder(reference, base);
  return `${base.scheme}://${base.host}${path}${reference}`;
}

function toFolder(reference: string, { path }: Target): string {
  return reference.startsWith("/") ? "" : path.slice(0, path.lastIndexOf("/") + 1);
}

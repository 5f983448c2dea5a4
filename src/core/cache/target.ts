// URLs as plain strings: from a target to its URL, and back for the two forms that invalidation may follow.

import { toCanonicalPath } from "../http/canonical-path.ts";
import type { Target } from "./exchange.ts";

const ABSOLUTE =
  /^(?<scheme>https?):\/\/(?<host>[^/?#@\\\s]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?(?:#.*)?$/i;
const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: ":80", https: ":443" };

export function toUrl({ scheme, host, path, query }: Target): string {
  const url = `${scheme}://${host}${path}`;
  return query === "" ? url : `${url}?${query}`;
}

/** The target of an absolute http(s) URL without credentials, or undefined. */
export function parseTarget(url: string): Target | undefined {
  const groups = ABSOLUTE.exec(url)?.groups;
  if (groups === undefined) return undefined;
  const scheme = (groups["scheme"] ?? "").toLowerCase();
  const path = toCanonicalPath(groups["path"] ?? "/", { encodedSlash: "keep" });
  if (!path.ok) return undefined;
  const host = (groups["host"] ?? "").toLowerCase();
  const port = DEFAULT_PORTS[scheme] ?? "";
  return {
    scheme,
    host: host.endsWith(port) ? host.slice(0, -port.length) : host,
    path: path.value,
    query: groups["query"] ?? "",
  };
}

/**
 * What a reference names, seen from a target: an absolute URL of the same origin or an absolute path. Every other form,
 * a network path ("//host") and another origin included, is undefined.
 */
export function resolveSameOrigin(reference: string, base: Target): Target | undefined {
  const isPath = reference.startsWith("/") && !/^[/\\]{2}/.test(reference);
  const target = parseTarget(isPath ? `${base.scheme}://${base.host}${reference}` : reference);
  return target?.scheme === base.scheme && target.host === base.host ? target : undefined;
}

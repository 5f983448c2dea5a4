// Purges that can match nothing, as far as the active configuration says: no route keeps what they name.

import type { Purge } from "../cache/purge-state.ts";
import { parseTarget } from "../cache/target.ts";
import type { Config } from "../config/config.ts";
import { toMatchPath } from "../http/canonical-path.ts";
import type { RoutePattern } from "../http/path-pattern.ts";
import type { Problem } from "../result.ts";
import { matchesHost } from "../routes/host-rule.ts";
import { matchRoute } from "../routes/match-route.ts";

export function checkPurges(purges: readonly Purge[], config: Config): readonly Problem[] {
  const cached = config.routes.filter(({ cache }) => cache !== undefined);
  if (cached.length === 0) return [{ path: "", code: "no-effect", message: "no route has a cache" }];
  return purges.flatMap((purge) => {
    if (!("url" in purge) || isKept(purge, config)) return [];
    const message = `no route with a cache answers ${purge.kind === "prefix" ? "below " : ""}${purge.url}`;
    return [{ path: `${purge.kind === "prefix" ? "prefixe" : purge.kind}s`, code: "no-effect", message }];
  });
}

function isKept({ kind, url }: Extract<Purge, { readonly url: string }>, config: Config): boolean {
  const target = parseTarget(url, config);
  if (target === undefined) return true;
  const host = target.host.replace(/:\d+$/, "");
  const path = toMatchPath(target.path, config.caseSensitive);
  if (kind !== "prefix")
    return ["GET", "POST"].some(
      (method) => matchRoute(config.routes, { method, host, path })?.cache !== undefined,
    );
  return config.routes.some(
    ({ cache, hosts, pattern }) =>
      cache !== undefined && (hosts === undefined || matchesHost(hosts, host)) && mayBegin(pattern, path),
  );
}

/** Whether some path that fits the pattern begins so. */
function mayBegin({ segments, isOpen }: RoutePattern, prefix: string): boolean {
  const given = prefix.slice(1).split("/");
  const last = given.length - 1;
  if (given.length > segments.length && !isOpen && given[segments.length] !== "") return false;
  return given.every((part, at) => {
    const segment = segments[at];
    if (segment === undefined) return true;
    return at === last ? segment.startsWith(part) : segment === part;
  });
}

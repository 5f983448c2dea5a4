// A change that went through the gateway makes what is stored of its target, and of what its answer names, invalid
// (RFC 9111 section 4.4), whichever route the change took: what matters is whether a GET for the same path is a cached
// route's.

import { toInvalidations } from "../core/cache/invalidation.ts";
import type { Purge } from "../core/cache/purge-state.ts";
import { parseTarget } from "../core/cache/target.ts";
import { toMatchPath } from "../core/http/canonical-path.ts";
import { matchRoute } from "../core/policies/match-route.ts";
import type { LimitContext } from "./check-limits.ts";
import { toCacheRequest } from "./look-up.ts";
import type { RequestFacts } from "./request-facts.ts";

export function invalidateAfter(
  facts: RequestFacts,
  response: Response,
  { gateway, waitUntil }: LimitContext,
): void {
  const { method, host } = facts;
  const { config, hasCache } = gateway;
  if (method === "GET" || method === "HEAD" || !hasCache) return;
  const isCached = (purge: Purge): boolean => {
    const target = purge.kind === "path" ? parseTarget(purge.url) : undefined;
    if (target === undefined) return false;
    // All that is named is of the same origin, and so of this host.
    const path = toMatchPath(target.path, config.caseSensitive);
    return matchRoute(config.routes, { method: "GET", host, path })?.cache !== undefined;
  };
  const { status, headers } = response;
  const changed = toInvalidations(toCacheRequest(facts), { status, fields: [...headers] });
  const purges = changed.filter(isCached);
  if (purges.length > 0) waitUntil(gateway.purges.add(purges));
}

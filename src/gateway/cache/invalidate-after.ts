// A change that went through the gateway makes what is stored of its target, and of what its answer names, invalid
// (RFC 9111 section 4.4), whichever route the change took: what matters is how a GET's route keys the same URL.

import { toKeyUrl } from "../../core/cache/cache-key.ts";
import type { Target } from "../../core/cache/exchange.ts";
import { toInvalidations } from "../../core/cache/invalidation.ts";
import { toMatchPath } from "../../core/http/canonical-path.ts";
import { matchRoute } from "../../core/routes/match-route.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { CacheClients } from "./cache-clients.ts";
import { toCacheRequest } from "./look-up.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export function invalidateAfter(
  facts: RequestFacts,
  { status, headers }: Response,
  { gateway, waitUntil }: RequestContext<CacheClients>,
): void {
  const { method, host } = facts;
  const { config, hasCache, marks } = gateway;
  if (method === "GET" || method === "HEAD" || !hasCache) return;
  const toCachedUrl = (target: Target): string | undefined => {
    // All that is named is of the same origin, and so of this host.
    const path = toMatchPath(target.path, config.caseSensitive);
    const cache = matchRoute(config.routes, { method: "GET", host, path })?.cache;
    return cache === undefined ? undefined : toKeyUrl(target, cache);
  };
  const changed = toInvalidations(toCacheRequest(facts), { status, fields: headers }, config);
  const urls = new Set(changed.map(toCachedUrl));
  for (const url of urls) if (url !== undefined) waitUntil(marks.renew(url));
}

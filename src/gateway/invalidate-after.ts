// A change that went through the gateway makes what is stored of its target invalid (RFC 9111 section 4.4), whichever
// route the change took: what matters is whether a GET for the same path is a cached route's.

import { toInvalidations } from "../core/cache/invalidation.ts";
import { matchRoute } from "../core/policies/match-route.ts";
import type { LimitContext } from "./check-limits.ts";
import { toCacheRequest } from "./look-up.ts";
import type { RequestFacts } from "./request-facts.ts";

export function invalidateAfter(
  facts: RequestFacts,
  response: Response,
  { gateway, waitUntil }: LimitContext,
): void {
  const { method, host, path } = facts;
  if (method === "GET" || method === "HEAD" || !gateway.hasCache) return;
  const read = matchRoute(gateway.config.routes, { method: "GET", host, path });
  if (read?.cache === undefined) return;
  const { status, headers } = response;
  const purges = toInvalidations(toCacheRequest(facts), { status, fields: [...headers] });
  if (purges.length > 0) waitUntil(gateway.purges.add(purges));
}

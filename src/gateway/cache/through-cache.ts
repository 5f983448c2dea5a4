// What answering a request through the cache needs, put together for one request of a cached route.

import type { Route } from "../../core/config/config.ts";
import { askOrigin } from "../origins/ask-origin.ts";
import type { ThroughCache } from "./cache-exchange.ts";
import type { LimitContext } from "../limits/checked-limits.ts";
import { type Look, lookUp } from "./look-up.ts";
import type { RequestFacts } from "../request/request-facts.ts";

/** undefined where the route is not cached. */
export function toThroughCache(
  route: Route,
  facts: RequestFacts,
  limitContext: LimitContext,
): ThroughCache | undefined {
  const { cache, timeoutMs } = route;
  if (cache === undefined) return undefined;
  const { gateway, waitUntil } = limitContext;
  const { config, store, purges, marks, inFlight } = gateway;
  const context = { store, purges, marks, waitUntil };
  const lookUpNow = (): Promise<Look> => lookUp(facts, cache, context);
  return {
    ...context,
    name: config.name,
    inFlight,
    timeoutMs,
    ask: (fields, without, how) => askOrigin(facts, route, limitContext, { fields, without, ...how }),
    lookUp: lookUpNow,
    lookUpFree: async () => (cache.hits === "free" ? await lookUpNow() : undefined),
  };
}

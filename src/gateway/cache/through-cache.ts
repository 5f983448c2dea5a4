// What answering a request through the cache needs, put together for one request of a cached route.

import { findSettings } from "../../core/cors/cors-settings.ts";
import type { Route } from "../../core/routes/route.ts";
import { askOrigin } from "../origins/ask-origin.ts";
import type { OriginAnswer } from "../origins/forward.ts";
import type { ThroughCache } from "./cache-exchange.ts";
import { ofAnswer } from "../request/span-attributes.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { CacheClients } from "./cache-clients.ts";
import { type CacheLookup, lookUp } from "./look-up.ts";
import type { RequestFacts } from "../request/request-facts.ts";

/** undefined where the route is not cached. */
export function createThroughCache(
  route: Route,
  facts: RequestFacts,
  requestContext: RequestContext<CacheClients>,
): ThroughCache | undefined {
  const { cache, timeoutMs } = route;
  if (cache === undefined) return undefined;
  const { gateway, trace, waitUntil } = requestContext;
  const { config, store, purges, marks, collapsing } = gateway;
  const context = { store, purges, marks, waitUntil };
  const lookUpNow = (): Promise<CacheLookup> => lookUp(facts, cache, context);
  const ask: ThroughCache["ask"] = (fields, without, how) => {
    const asked = askOrigin(facts, route, requestContext, { fields, without, ...how });
    return how?.isRefresh === true ? asked : trace.wait("origin", asked, ofAnswer);
  };
  return {
    ...context,
    name: config.name,
    collapsing,
    trace,
    timeoutMs,
    ask:
      findSettings(route.cors) === undefined
        ? ask
        : async (...asked) => withoutAllowance(await ask(...asked)),
    learn: () => purges.read(cache.purgeWithinMs, waitUntil),
    lookUp: lookUpNow,
    lookUpFree: async () => (cache.hits === "free" ? await lookUpNow() : undefined),
  };
}

/** The gateway says in the origin's place which pages may read it: what is stored is for all of them. */
function withoutAllowance(answer: OriginAnswer): OriginAnswer {
  if (answer.ok) answer.value.headers.delete("access-control-allow-origin");
  return answer;
}

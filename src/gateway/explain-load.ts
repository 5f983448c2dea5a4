// Whether an origin pool that adapts lets a described request in: as this isolate has heard last, without counting it.

import type { ExplainedLoad } from "../core/control/explanation.ts";
import { PRIORITIES } from "../core/outbound/priority.ts";
import type { Route } from "../core/routes/route.ts";
import type { Gateway } from "./gateway.ts";
import { rankRequest } from "./origins/shed-load.ts";
import type { RequestFacts } from "./request/request-facts.ts";

export function explainLoad(
  facts: RequestFacts,
  route: Route,
  { pools }: Pick<Gateway, "pools">,
): ExplainedLoad | undefined {
  const client = route.pool && pools.get(route.pool);
  const adapt = client?.pool.adapt;
  if (client?.gate === undefined || adapt === undefined) return undefined;
  const ranked = rankRequest(facts, adapt, route);
  return {
    pool: client.pool.name,
    mode: adapt.isShadow ? "shadow" : "enforce",
    priority: PRIORITIES[ranked.rank] ?? "",
    admitted: client.gate.peek(ranked),
  };
}

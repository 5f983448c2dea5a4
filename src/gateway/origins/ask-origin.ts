// Asks what a route leads to, one origin or a pool, within the route's timeouts.

import type { Route } from "../../core/routes/route.ts";
import { err, ok } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import { askPool, keepBody } from "./ask-pool.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { PoolClient } from "./pool-client.ts";
import type { AskingFor } from "./asking-for.ts";
import { forward, type ForwardOptions, type OriginAnswer } from "./forward.ts";
import { limitBody } from "./limit-body.ts";
import { logCut } from "../log/log-request.ts";
import type { RequestFacts } from "../request/request-facts.ts";

/** What asking an origin needs of the gateway. */
export interface OriginClients extends Limiter {
  readonly pools: ReadonlyMap<OriginPool, PoolClient>;
}

type Asking = Pick<ForwardOptions, "fields" | "without"> & AskingFor;

export function askOrigin(
  facts: RequestFacts,
  route: Route,
  context: RequestContext<OriginClients>,
  asking: Asking = {},
): Promise<OriginAnswer> {
  const { pool, timeoutMs, requestTimeoutMs, bodyTimeoutMs, totalTimeoutMs, stripPrefix } = route;
  // Most routes lead to one origin and limit no body: they pay for neither.
  if (pool === undefined && bodyTimeoutMs === Infinity && totalTimeoutMs === Infinity) {
    const { config } = context.gateway;
    return forward(facts, { config, timeoutMs, requestTimeoutMs, stripPrefix, ...asking });
  }
  return askWithin(facts, route, { context, asking });
}

async function askWithin(
  facts: RequestFacts,
  route: Route,
  { context, asking }: { readonly context: RequestContext<OriginClients>; readonly asking: Asking },
): Promise<OriginAnswer> {
  const { gateway, waitUntil } = context;
  const { config, pools } = gateway;
  const { requestTimeoutMs, bodyTimeoutMs, totalTimeoutMs, stripPrefix } = route;
  const failure = route.pool && (await keepBody(facts, route.pool, requestTimeoutMs));
  if (failure !== undefined) return err(failure);
  const startedMs = readClock();
  const deadlineMs = startedMs + totalTimeoutMs;
  const timeoutMs = Math.min(route.timeoutMs, totalTimeoutMs);
  const options = { config, timeoutMs, requestTimeoutMs, deadlineMs, stripPrefix, ...asking };
  const client = route.pool === undefined ? undefined : pools.get(route.pool);
  const answer = await (client === undefined
    ? forward(facts, options)
    : askPool(facts, client, { ...options, route, context }));
  if (!answer.ok || (bodyTimeoutMs === Infinity && totalTimeoutMs === Infinity)) return answer;
  const onCut = (cause: string): void => {
    logCut({ config, route, facts, startedMs }, cause);
  };
  return ok(limitBody(answer.value, { pauseMsMax: bodyTimeoutMs, deadlineMs, onCut, waitUntil }));
}

// Asks what a route leads to, one origin or a pool, within the route's timeouts.

import type { Route } from "../../core/routes/route.ts";
import { ok } from "../../core/result.ts";
import { readClock } from "../../platform/clock.ts";
import { askPool, keepBody } from "./ask-pool.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { UpstreamCredentials } from "./upstream-credentials.ts";
import type { PoolClient } from "./pool-client.ts";
import type { AskingFor } from "./asking-for.ts";
import { type ExchangeEnds, forward, type ForwardOptions, type OriginAnswer } from "./forward.ts";
import { logCut } from "../log/log-request.ts";
import type { BodyBounds } from "../request/body-pipe.ts";
import type { RequestFacts } from "../request/request-facts.ts";

/** What asking an origin needs of the gateway. */
export interface OriginClients extends Limiter {
  readonly pools: ReadonlyMap<OriginPool, PoolClient>;
  readonly credentials: UpstreamCredentials;
}

type Asking = Pick<ForwardOptions, "fields" | "without"> & AskingFor;

export function askOrigin(
  facts: RequestFacts,
  route: Route,
  context: RequestContext<OriginClients>,
  asking: Asking = {},
): Promise<OriginAnswer> {
  const { pool, timeoutMs, requestTimeoutMs, bodyTimeoutMs, totalTimeoutMs } = route;
  // Most routes lead to one origin, bound no body and hold no permits: they pay for none of it.
  const isBounded = bodyTimeoutMs < Infinity || totalTimeoutMs < Infinity;
  if (pool === undefined && !isBounded && context.holdsPermits !== true) {
    const { config, stats, credentials } = context.gateway;
    const { stripPrefix, credential } = route;
    const { onSend } = context;
    const given = {
      config,
      stats,
      credentials,
      credential,
      timeoutMs,
      requestTimeoutMs,
      stripPrefix,
      onSend,
    };
    return forward(facts, { ...given, ...toAsked(route, asking) });
  }
  return askWithin(facts, route, { context, asking });
}

async function askWithin(
  asked: RequestFacts,
  route: Route,
  { context, asking }: { readonly context: RequestContext<OriginClients>; readonly asking: Asking },
): Promise<OriginAnswer> {
  const { config, pools, stats, credentials } = context.gateway;
  const { requestTimeoutMs, totalTimeoutMs, stripPrefix, credential } = route;
  const kept = route.pool === undefined ? ok(asked) : await keepBody(asked, route.pool, requestTimeoutMs);
  if (!kept.ok) return kept;
  const facts = kept.value;
  const deadlineMs = readClock() + totalTimeoutMs;
  const timeoutMs = Math.min(route.timeoutMs, totalTimeoutMs);
  const client = route.pool === undefined ? undefined : pools.get(route.pool);
  const isHeld = context.holdsPermits === true || client?.outbound?.holdsPermits === true;
  const onCut = (cause: string): void => {
    logCut({ config, route, facts, trace: context.trace }, cause);
  };
  const endsWith = toEnds(facts, route, { isHeld, isRefresh: asking.isRefresh === true, deadlineMs, onCut });
  const options = {
    config,
    stats,
    credentials,
    credential,
    timeoutMs,
    requestTimeoutMs,
    deadlineMs,
    stripPrefix,
    onSend: context.onSend,
    endsWith,
    ...toAsked(route, asking),
  };
  return await (client === undefined
    ? forward(facts, options)
    : askPool(facts, client, { ...options, route, context }));
}

/** What is to be changed on its way is asked for in no coding. What a route sets gives way to what the gateway asks for. */
function toAsked({ links, requestFields, answerFunction }: Route, asking: Asking): Asking {
  const isRead = links !== undefined || answerFunction !== undefined;
  if (!isRead && requestFields === undefined) return asking;
  const { fields = [], without = [] } = asking;
  const asked = requestFields === undefined ? fields : [...requestFields.set, ...fields];
  return {
    ...asking,
    fields: !isRead
      ? asked
      : [...asked.filter(([name]) => name !== "accept-encoding"), ["accept-encoding", "identity"]],
    without: requestFields === undefined ? without : [...without, ...requestFields.removed],
  };
}

interface Ending extends Pick<BodyBounds, "deadlineMs" | "onCut"> {
  /** The origin's place goes to somebody else as soon as the client has left. */
  readonly isHeld: boolean;
  readonly isRefresh: boolean;
}

/** An answer that is read by hand or on the store's account would be read on when its client has left. */
function toEnds(
  { request }: RequestFacts,
  { bodyTimeoutMs: pauseMsMax, totalTimeoutMs, cache }: Route,
  { isHeld, isRefresh, deadlineMs, onCut }: Ending,
): ExchangeEnds | undefined {
  const isBounded = pauseMsMax < Infinity || totalTimeoutMs < Infinity;
  if (!isBounded && !isHeld) return undefined;
  // Others may wait for what the store gets, where it takes nobody's place.
  const isForClient = !isRefresh && (isHeld || cache === undefined);
  return {
    client: isForClient ? request.signal : undefined,
    bounds: isBounded ? { pauseMsMax, deadlineMs, onCut } : undefined,
  };
}

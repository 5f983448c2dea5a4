// The portal: what a consumer may ask of the gateway about itself, with its own API key or token. Nothing here is anybody
// else's: whose it is says the credential alone, and no answer is kept by anybody.

import type { Config } from "../core/config/config.ts";
import { toMatchPath } from "../core/http/canonical-path.ts";
import { REQUEST_ID_FIELD } from "../core/http/request-id.ts";
import { CallPace } from "../core/portal/call-pace.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { RequestContext } from "../gateway/request/request-context.ts";
import type { RequestTarget } from "../gateway/request/request-target.ts";
import { RequestTrace } from "../gateway/request/request-trace.ts";
import { safely } from "../gateway/safely.ts";
import { UnavailableError } from "../admin/ask-control.ts";
import { toJson, toProblem } from "../admin/problem.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { readRequestId } from "../platform/request-id.ts";
import { admitConsumer, type Consumer } from "./admit-consumer.ts";
import { toChanges } from "./to-changes.ts";
import { showLimits } from "./show-limits.ts";
import { UsageReader } from "./show-usage.ts";

/** Whoever asks is answered alone. */
const OWN_FIELDS = { "Cache-Control": "private, no-store", Vary: "Authorization, X-API-Key" };

/** What lies below the portal's path: "" is itself. undefined: the request is not for it, or there is none. */
export function findPortalPlace(
  { path }: RequestTarget,
  { admin, portal, caseSensitive }: Config,
): string | undefined {
  if (portal === undefined) return undefined;
  const own = toMatchPath(`${admin.prefix}/me`, caseSensitive);
  return path === own || path.startsWith(`${own}/`) ? path.slice(own.length) : undefined;
}

export interface PortalCall {
  readonly gateway: Gateway;
  readonly place: string;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export type Portal = (request: Request, call: PortalCall) => Promise<Response>;

export function createPortal(bindings: Bindings): Portal {
  const pace = new CallPace();
  const usage = new UsageReader(bindings);
  return async (request, { gateway, place, waitUntil }) => {
    const requestId = readRequestId(request);
    const trace = new RequestTrace(readClock());
    const context = { gateway, trace, waitUntil };
    const answered = await safely({ requestId, trace }, gateway.config, async () =>
      answer(request, { place, requestId, context, pace, usage }),
    );
    gateway.reputation?.answered(trace, { status: answered.status, request, waitUntil });
    const headers = new Headers(answered.headers);
    for (const [name, value] of Object.entries(OWN_FIELDS)) headers.set(name, value);
    headers.set(REQUEST_ID_FIELD, requestId);
    return new Response(request.method === "HEAD" ? null : answered.body, {
      status: answered.status,
      headers,
    });
  };
}

interface Answering {
  readonly place: string;
  readonly requestId: string;
  readonly context: RequestContext<Gateway>;
  readonly pace: CallPace;
  readonly usage: UsageReader;
}

async function answer(
  request: Request,
  { place, requestId, context, pace, usage }: Answering,
): Promise<Response> {
  const consumer = await admitConsumer(request, requestId, context);
  if (consumer instanceof Response) return consumer;
  const waitMs = pace.take(consumer.identity.consumer, readClock());
  if (waitMs > 0)
    return toProblem(
      429,
      "too-many-calls",
      { requestId },
      { "Retry-After": String(Math.ceil(waitMs / 1_000)) },
    );
  if (place !== "") return toProblem(404, "no-route", { requestId });
  if (request.method !== "GET" && request.method !== "HEAD")
    return toProblem(405, "method-not-allowed", { requestId }, { Allow: "GET, HEAD" });
  try {
    return toJson(200, await showConsumer(consumer, context, usage));
  } catch (error) {
    if (error instanceof UnavailableError) return toProblem(503, "control-unavailable", { requestId });
    throw error;
  }
}

async function showConsumer(
  consumer: Consumer,
  context: RequestContext<Gateway>,
  usage: UsageReader,
): Promise<object> {
  const { identity, facts } = consumer;
  const { config } = context.gateway;
  const [limits, used] = await Promise.all([
    showLimits(consumer, context),
    config.stats === undefined ? undefined : usage.read(identity.consumer),
  ]);
  return {
    consumer: identity.consumer,
    tier: identity.tier,
    scopes: identity.scopes,
    apiKey: identity.apiKey,
    isUnlimited: facts.isUnlimited,
    asOfMs: readClock(),
    limits: limits.map(({ ends: _ends, ...limit }) => limit),
    changes: toChanges(limits, { config, tier: identity.tier, nowMs: readClock() }),
    usage: used,
  };
}

// The portal: what a consumer may ask of the gateway about itself, with its own API key or token. Nothing here is anybody
// else's: whose it is says the credential alone, and no answer is kept by anybody.

import type { Config } from "../core/config/config.ts";
import { toMatchPath } from "../core/http/canonical-path.ts";
import { REQUEST_ID_FIELD } from "../core/http/request-id.ts";
import type { ShownConsumer } from "../core/portal/portal-answer.ts";
import { CallPace } from "../core/portal/call-pace.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { RequestContext } from "../gateway/request/request-context.ts";
import type { RequestTarget } from "../gateway/request/request-target.ts";
import { RequestTrace } from "../gateway/request/request-trace.ts";
import { safely } from "../gateway/safely.ts";
import { answerPage } from "../admin/answer-page.ts";
import { UnavailableError } from "../admin/ask-control.ts";
import { toJson, toProblem } from "../admin/problem.ts";
import { readJson } from "../admin/read-call.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";
import { readRequestId } from "../platform/request-id.ts";
import { admitConsumer } from "./admit-consumer.ts";
import { definePortalOperation, type PortalCall, type PortalOperation } from "./operation.ts";
import { requestOperations } from "./limit-requests.ts";
import { keyOperations } from "./own-keys.ts";
import { listRetiring, toChanges } from "./to-changes.ts";
import { listOpenRoutes, showLimits } from "./show-limits.ts";
import { UsageReader } from "./show-usage.ts";

/** A page for people: what it shows it asks with the key that its reader signs in with. */
const PAGE_PLACE = "/ui";
const BODY_BYTES_MAX = 4_096;

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

export interface Asked {
  readonly gateway: Gateway;
  readonly place: string;
  readonly waitUntil: (promise: Promise<unknown>) => void;
}

export type Portal = (request: Request, asked: Asked) => Promise<Response>;

export function createPortal(bindings: Bindings): Portal {
  const parts = { bindings, pace: new CallPace(), usage: new UsageReader(bindings) };
  return async (request, { gateway, place, waitUntil }) => {
    const requestId = readRequestId(request);
    const trace = new RequestTrace(readClock());
    // As it is: its body is coded.
    if (place === PAGE_PLACE)
      return safely({ requestId, trace }, gateway.config, async () => answerPortalPage(request));
    const context = { gateway, trace, waitUntil };
    const answered = await safely({ requestId, trace }, gateway.config, async () =>
      answer(request, parts, { place, requestId, context }),
    );
    const { cors } = gateway.config;
    gateway.reputation?.answered(trace, { status: answered.status, request, cors, waitUntil });
    const headers = new Headers(answered.headers);
    for (const [name, value] of Object.entries(OWN_FIELDS)) headers.set(name, value);
    headers.set(REQUEST_ID_FIELD, requestId);
    return new Response(request.method === "HEAD" ? null : answered.body, {
      status: answered.status,
      headers,
    });
  };
}

async function answerPortalPage({ method }: Request): Promise<Response> {
  const page = await answerPage({ method: method === "HEAD" ? "GET" : method });
  return method === "HEAD" ? new Response(null, page) : page;
}

interface Parts {
  readonly bindings: Bindings;
  readonly pace: CallPace;
  readonly usage: UsageReader;
}

interface Answering {
  readonly place: string;
  readonly requestId: string;
  readonly context: RequestContext<Gateway>;
}

async function answer(
  request: Request,
  { bindings, pace, usage }: Parts,
  { place, requestId, context }: Answering,
): Promise<Response> {
  const consumer = await admitConsumer(request, requestId, context);
  if (consumer instanceof Response) return consumer;
  const { consumer: name } = consumer.identity;
  const refuse: PortalCall<unknown>["refuse"] = (status, code, members = {}, fields = {}) =>
    toProblem(status, code, { ...members, requestId }, fields);
  const waitMs = pace.take(name, readClock());
  if (waitMs > 0)
    return refuse(429, "too-many-calls", {}, { "Retry-After": String(Math.ceil(waitMs / 1_000)) });
  const there = operations.filter(({ path }) => path.test(place));
  const method = request.method === "HEAD" ? "GET" : request.method;
  const operation = there.find((one) => one.method === method);
  if (operation === undefined) {
    const allowed = there.map((one) => (one.method === "GET" ? "GET, HEAD" : one.method)).join(", ");
    return allowed === ""
      ? refuse(404, "no-route")
      : refuse(405, "method-not-allowed", {}, { Allow: allowed });
  }
  const bounds = { bytesMax: BODY_BYTES_MAX, timeMsMax: context.gateway.config.requestTimeoutMs };
  const body = operation.body && (await readJson(request, operation.body, bounds));
  if (body?.ok === false) return body.error;
  const by = { who: `consumer:${name}`, address: consumer.facts.address };
  const [, id = ""] = operation.path.exec(place) ?? [];
  const call = { consumer, context, bindings, usage, id, body: body?.value, by, refuse };
  return operation.handle(call as never).catch((error: unknown) => {
    if (error instanceof UnavailableError) return refuse(503, "control-unavailable");
    throw error;
  });
}

/** The look at one's own limits, and all else. */
const operations: readonly PortalOperation[] = [
  definePortalOperation({
    method: "GET",
    path: /^$/,
    handle: async (call) => toJson(200, await showConsumer(call)),
  }),
  ...keyOperations,
  ...requestOperations,
];

async function showConsumer({ consumer, context, usage }: PortalCall<unknown>): Promise<ShownConsumer> {
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
    retiring: listRetiring(listOpenRoutes(config, identity)),
    usage: used,
  };
}

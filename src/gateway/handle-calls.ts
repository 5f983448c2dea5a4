// Calls that were handed over: the place where their callers ask for answers, and their making, which goes the way of every
// request from where it was left.

import type { CallView, KeptRequest, RunResult } from "../core/handover/call-messages.ts";
import { parsePlaceId, toRouteDigits } from "../core/handover/place-id.ts";
import type { Config } from "../core/config/config.ts";
import { readPreflight } from "../core/cors/cors-fields.ts";
import { findSettings } from "../core/cors/cors-settings.ts";
import { toMatchPath } from "../core/http/canonical-path.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { REQUEST_ID_FIELD } from "../core/http/request-id.ts";
import { parseRetryAfter } from "../core/http/retry-after.ts";
import { matchRoute } from "../core/routes/match-route.ts";
import type { Route } from "../core/routes/route.ts";
import { readClock } from "../platform/clock.ts";
import { hashText } from "../platform/hash-text.ts";
import { readUpTo } from "../platform/read-up-to.ts";
import { readRequestId } from "../platform/request-id.ts";
import { addCorsFields } from "./cors/add-cors-fields.ts";
import { toPreflightResponse } from "./cors/answer-preflight.ts";
import { admit } from "./credentials/admit.ts";
import type { Gateway } from "./gateway.ts";
import { handleResumed } from "./handle-safely.ts";
import { toAccepted, toOwner } from "./handover/hand-over.ts";
import { toProblemResponse } from "./request/problem-response.ts";
import { readRequest } from "./request/read-request.ts";
import { type Admission, toRoutedFacts } from "./request/request-facts.ts";
import type { RequestTarget } from "./request/request-target.ts";
import { RequestTrace } from "./request/request-trace.ts";
import { safely } from "./safely.ts";

type WaitUntil = (promise: Promise<unknown>) => void;

/** How long the rest of an answer may take. */
const ANSWER_MS_MAX = 60_000;
/** These have no body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** The id in the path of such a place; undefined: it is none, or no route hands calls over. */
export function findCallId(
  { path }: RequestTarget,
  { admin, routes, caseSensitive }: Config,
): string | undefined {
  // The form that routes are matched by has no slash at its end.
  const below = `${toMatchPath(`${admin.prefix}/calls`, caseSensitive)}/`;
  if (!path.startsWith(below) || !routes.some((route) => route.handOver !== undefined)) return undefined;
  return path.slice(below.length);
}

interface Asked {
  readonly id: string;
  readonly waitUntil: WaitUntil;
}

/** Whoever the call's route lets in, and whose call it is, gets its answer, or takes it back. */
export async function handlePlace(
  request: Request,
  gateway: Gateway,
  { id, waitUntil }: Asked,
): Promise<Response> {
  const { config } = gateway;
  const place = parsePlaceId(id);
  const route = config.routes.find(
    ({ handOver, name }) => handOver !== undefined && toRouteDigits(hashText(name)) === place?.route,
  );
  const cors = findSettings(route?.cors ?? config.cors);
  const { method, headers } = request;
  const preflight = readPreflight({ method, header: (name) => headers.get(name) ?? undefined });
  if (cors !== undefined && preflight !== undefined) return toPreflightResponse(cors, preflight);
  const requestId = readRequestId(request);
  const trace = new RequestTrace(readClock());
  const response = await safely({ requestId, trace, errors: route?.errors }, config, async () =>
    place === undefined || route === undefined
      ? toProblemResponse("no-such-call", { name: config.name, requestId })
      : answerPlace(request, gateway, { route, object: place.object, id, trace, requestId, waitUntil }),
  );
  response.headers.set(REQUEST_ID_FIELD, requestId);
  return cors === undefined ? response : addCorsFields(response, cors, headers.get("origin"));
}

interface Placed extends Asked {
  readonly route: Route;
  readonly object: string;
  readonly trace: RequestTrace;
  readonly requestId: string;
}

async function answerPlace(
  request: Request,
  gateway: Gateway,
  { route, object, id, trace, requestId, waitUntil }: Placed,
): Promise<Response> {
  const { config, handover } = gateway;
  const problem = { name: config.name, errors: route.errors, requestId };
  const read = readRequest(request, config, { requestId });
  if (!read.ok) return toProblemResponse(read.error, problem);
  const routed = { config, route, facts: toRoutedFacts(read.value, route), trace };
  const facts = await admit(routed, { gateway, trace, waitUntil });
  if (facts instanceof Response) return facts;
  const owner = toOwner(facts, route);
  const stub = handover.calls.getByName(object);
  if (request.method === "DELETE") {
    const cancelling = await stub.cancel(id, owner);
    if (cancelling === "cancelled") return new Response(null, { status: 204 });
    return toProblemResponse(cancelling === "sent" ? "call-sent" : "no-such-call", problem);
  }
  const isAsking = request.method === "GET" || request.method === "HEAD";
  const view = isAsking ? ((await stub.read(id, owner)) as CallView | undefined) : undefined;
  const shown = view === undefined ? "no-such-call" : toShown(view, `${config.admin.prefix}/calls/${id}`);
  return typeof shown === "string" ? toProblemResponse(shown, problem) : shown;
}

function toShown(view: CallView, place: string): Response | ProblemCode {
  if (view.kind === "waiting") return toAccepted(place, view.againMs, { "X-Handed-Over": "waiting" });
  if (view.kind === "lost") return "call-lost";
  const { status, fields, body } = view;
  if (body === undefined) return "answer-too-large";
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  headers.set("Cache-Control", "no-store");
  headers.set("X-Handed-Over", "answered");
  return new Response(BODILESS.has(status) ? null : body, { status, headers, encodeBody: "manual" });
}

interface Making {
  readonly gateway: Gateway;
  readonly answerBytesMax: number;
  readonly signal: AbortSignal;
  readonly onSend: () => boolean;
  readonly waitUntil: WaitUntil;
}

/** undefined: its route is no longer there, and what another route wants of its callers nobody has shown. */
export async function makeCall(
  kept: KeptRequest,
  route: string,
  { gateway, answerBytesMax, signal, onSend, waitUntil }: Making,
): Promise<RunResult | undefined> {
  const { method, url, fields, body, place, admission } = kept;
  const headers = fields.map(([name, value]): [string, string] => [name, value]);
  const init = {
    method,
    headers,
    signal,
    redirect: "manual",
    cf: place,
    ...(body !== undefined && { body }),
  };
  const request = new Request(url, init);
  const { config } = gateway;
  const requestId = readRequestId(request);
  const read = readRequest(request, config, { requestId });
  const found = read.ok ? matchRoute(config.routes, read.value) : undefined;
  if (found?.name !== route || found.handOver === undefined) return undefined;
  const resumed = admission as Admission;
  const { response, refusal } = await handleResumed(request, gateway, {
    requestId,
    resumed,
    onSend,
    waitUntil,
  });
  const { status } = response;
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), Date.now());
  // What the origin refuses by its own limits it has not done.
  const isLimited = refusal === "origin-limited" || (status === 429 && refusal === undefined);
  const answer = await toBytes(response, answerBytesMax);
  if (answer === "broken") {
    const cut = toProblemResponse("origin-closed", { name: config.name, errors: found.errors, requestId });
    return { status: cut.status, fields: toFields(cut), body: new Uint8Array(await cut.arrayBuffer()) };
  }
  return {
    status,
    fields: toFields(response),
    body: answer,
    ...(isLimited && { limited: { retryAfterMs } }),
  };
}

async function toBytes({ body }: Response, bytesMax: number): Promise<Uint8Array | "broken" | undefined> {
  const read = await readUpTo(body, { bytesMax, timeMsMax: ANSWER_MS_MAX });
  if (read.kind === "whole") return read.bytes;
  await read.stream.cancel().catch(() => undefined);
  return read.kind === "long" ? undefined : "broken";
}

function toFields({ headers }: Response): RunResult["fields"] {
  return Array.from(headers).filter(([name]) => name !== "content-length");
}

// Around the way of a request: whatever a programming error throws becomes a 500 without a stack, with one log line, and
// every answer gets what lets pages of other origins read it, where the configuration has that.

import type { Config } from "../core/config/config.ts";
import { type CorsRule, findSettings } from "../core/cors/cors-settings.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { REQUEST_ID_FIELD } from "../core/http/request-id.ts";
import { toServerTiming } from "../core/http/server-timing.ts";
import { readClock } from "../platform/clock.ts";
import { writeLog } from "../platform/log.ts";
import { findTracer } from "../platform/tracing.ts";
import { readRequestId, toRequestId } from "../platform/request-id.ts";
import { addCorsFields } from "./cors/add-cors-fields.ts";
import type { Gateway } from "./gateway.ts";
import { type Execution, handleRequest } from "./handle-request.ts";
import { toProblemResponse } from "./request/problem-response.ts";
import { readFields } from "./request/read-fields.ts";
import { RequestTrace } from "./request/request-trace.ts";
import { addRetirement } from "./respond.ts";
import { safely } from "./safely.ts";

/** An instance asks at most so often. */
const RETRY_AFTER_MS = 1_000;

/** `target` is what the request's URL says, where that was read before. */
export async function handleSafely(
  request: Request,
  gateway: Gateway,
  context: Pick<Execution, "waitUntil" | "target" | "ahead">,
): Promise<Response> {
  const read = readFields(request.headers);
  const requestId = toRequestId(read.fields);
  const { target, ahead } = context;
  const waitUntil = (promise: Promise<unknown>): void => {
    context.waitUntil(promise);
  };
  // Until its route is known.
  const execution = toExecution({ requestId, target, read, ahead, waitUntil }, gateway.config);
  const { trace } = execution;
  trace.idField = "wanted";
  const response = await answerSafely(request, gateway, execution);
  trace.finish(response.status);
  if (!hasIdField(trace)) response.headers.set(REQUEST_ID_FIELD, requestId);
  if (gateway.config.headers.serverTiming) addServerTiming(response, trace);
  return letPagesRead(response, execution.cors, request);
}

function hasIdField({ idField }: RequestTrace): boolean {
  return idField === "written";
}

/** The answer while this instance cannot learn what operators have changed: who is banned, who must name a credential. */
export function answerNotReady(request: Request, config: Config): Response {
  const requestId = readRequestId(request);
  writeLog("not-ready", { requestId });
  const response = toProblemResponse("not-ready", { ...config, requestId, retryAfterMs: RETRY_AFTER_MS });
  response.headers.set(REQUEST_ID_FIELD, requestId);
  return letPagesRead(response, config.cors, request);
}

function letPagesRead(response: Response, rule: CorsRule, request: Request): Response {
  const cors = findSettings(rule);
  return cors === undefined ? response : addCorsFields(response, cors, request.headers.get("origin"));
}

/** The same for a request of a batch: what lets a page read the batch lets it read what is in it. */
export function handleMember(request: Request, gateway: Gateway, context: Surroundings): Promise<Response> {
  return answerSafely(
    request,
    gateway,
    toExecution(context, { cors: "none", errors: gateway.config.errors }),
  );
}

/** The same for a call that was handed over. `refusal`: why the gateway answered it itself. */
export async function handleResumed(
  request: Request,
  gateway: Gateway,
  context: Surroundings & Pick<Execution, "resumed" | "onSend">,
): Promise<{ readonly response: Response; readonly refusal: ProblemCode | undefined }> {
  const { resumed, onSend } = context;
  const surrounded = toExecution(context, { cors: "none", errors: gateway.config.errors });
  const execution = { ...surrounded, resumed, onSend };
  const response = await answerSafely(request, gateway, execution);
  return { response, refusal: execution.trace.refusal?.code };
}

type Surroundings = Omit<Execution, "cors" | "errors" | "trace">;

function toExecution(
  { requestId, target, read, ahead, waitUntil }: Surroundings,
  { cors, errors }: Pick<Execution, "cors" | "errors">,
): Execution {
  const trace = new RequestTrace(readClock(), findTracer());
  return { requestId, trace, target, read, ahead, waitUntil, cors, errors };
}

async function answerSafely(request: Request, gateway: Gateway, execution: Execution): Promise<Response> {
  const { trace, waitUntil } = execution;
  const response = await safely(execution, gateway.config, () => handleRequest(request, gateway, execution));
  if (isContentIgnored(request)) response.headers.set(IGNORED_FIELD, request.method);
  if (execution.retirement !== undefined) addRetirement(response, execution.retirement, execution.cors);
  execution.ahead?.end();
  gateway.stats?.answered(trace, { status: response.status, request, waitUntil });
  gateway.alerts?.answered(trace, waitUntil);
  gateway.reputation?.answered(trace, { status: response.status, request, cors: execution.cors, waitUntil });
  return response;
}

/** Beside the origin's own. */
function addServerTiming({ headers }: Response, { startedMs, waitedMs }: RequestTrace): void {
  headers.append("Server-Timing", toServerTiming(waitedMs, readClock() - startedMs));
}

/** Tells the client that its content was not forwarded. The value is the method. */
const IGNORED_FIELD = "X-Content-Ignored";

/** Whether the request has content that is not forwarded: of GET and HEAD it is undefined (RFC 9110 section 9.3.1). */
function isContentIgnored(request: Request): boolean {
  // Most requests have none: each property is a call into the platform.
  if (request.body === null) return false;
  const { method, headers } = request;
  return (method === "GET" || method === "HEAD") && headers.get("content-length") !== "0";
}

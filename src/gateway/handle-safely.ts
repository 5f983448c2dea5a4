// Around the way of a request: whatever a programming error throws becomes a 500 without a stack, with one log line, and
// every answer gets what lets pages of other origins read it, where the configuration has that.

import { findSettings } from "../core/cors/cors-settings.ts";
import { addCorsFields } from "./cors/add-cors-fields.ts";
import type { Gateway } from "./gateway.ts";
import { type Execution, handleRequest } from "./handle-request.ts";
import { safely } from "./safely.ts";

/** `target` is what the request's URL says, where that was read before. */
export async function handleSafely(
  request: Request,
  gateway: Gateway,
  context: Pick<ExecutionContext, "waitUntil"> & Pick<Execution, "target">,
): Promise<Response> {
  // Until its route is known.
  const execution = toExecution(context, gateway.config.cors);
  const response = await answerSafely(request, gateway, execution);
  const cors = findSettings(execution.cors);
  return cors === undefined ? response : addCorsFields(response, cors, request.headers.get("origin"));
}

/** The same for a request of a batch: what lets a page read the batch lets it read what is in it. */
export function handleMember(
  request: Request,
  gateway: Gateway,
  context: ExecutionContext,
): Promise<Response> {
  return answerSafely(request, gateway, toExecution(context, "none"));
}

function toExecution(
  context: Pick<ExecutionContext, "waitUntil"> & Pick<Execution, "target">,
  cors: Execution["cors"],
): Execution {
  return {
    target: context.target,
    waitUntil: (promise) => {
      context.waitUntil(promise);
    },
    cors,
  };
}

function answerSafely(request: Request, gateway: Gateway, execution: Execution): Promise<Response> {
  return safely(request, gateway.config, async () => {
    const response = await handleRequest(request, gateway, execution);
    if (isContentIgnored(request)) response.headers.set(IGNORED_FIELD, request.method);
    return response;
  });
}

/** Tells the client that its content was not forwarded. The value is the method. */
const IGNORED_FIELD = "X-Content-Ignored";

/** Whether the request has content that is not forwarded: of GET and HEAD it is undefined (RFC 9110 section 9.3.1). */
function isContentIgnored({ method, body, headers }: Request): boolean {
  if ((method !== "GET" && method !== "HEAD") || body === null) return false;
  return headers.get("content-length") !== "0";
}

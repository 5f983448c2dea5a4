// The last net: whatever a programming error throws becomes a 500 without a stack, and one log line with it.

import { writeLog } from "../platform/log.ts";
import type { Gateway } from "./gateway.ts";
import { handleRequest } from "./handle-request.ts";
import { toProblemResponse } from "./request/problem-response.ts";

export async function handleSafely(
  request: Request,
  gateway: Gateway,
  context: ExecutionContext,
): Promise<Response> {
  try {
    const response = await handleRequest(request, gateway, context);
    if (isContentIgnored(request)) response.headers.set(IGNORED_FIELD, request.method);
    return response;
  } catch (error) {
    return toCrashed(error, request, gateway);
  }
}

/** Tells the client that its content was not forwarded. The value is the method. */
const IGNORED_FIELD = "X-Content-Ignored";

/** Whether the request has content that is not forwarded: of GET and HEAD it is undefined (RFC 9110 section 9.3.1). */
function isContentIgnored({ method, body, headers }: Request): boolean {
  if ((method !== "GET" && method !== "HEAD") || body === null) return false;
  return headers.get("content-length") !== "0";
}

/** The same for what is no request to be routed. */
export async function safely(
  request: Request,
  gateway: Gateway,
  answer: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    return toCrashed(error, request, gateway);
  }
}

function toCrashed(error: unknown, request: Request, gateway: Gateway): Response {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  writeLog("crashed", { cause, ray: request.headers.get("cf-ray") ?? undefined });
  return toProblemResponse("internal-error", gateway.config);
}

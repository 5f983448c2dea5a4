// The last net: whatever a programming error throws becomes a 500 without a stack, and one log line with it.

import { writeLog } from "../platform/log.ts";
import type { Gateway } from "./gateway.ts";
import { type Execution, handleRequest } from "./handle-request.ts";
import { toProblemResponse } from "./request/problem-response.ts";

export async function handleSafely(
  request: Request,
  gateway: Gateway,
  execution: Execution,
): Promise<Response> {
  try {
    return await handleRequest(request, gateway, execution);
  } catch (error) {
    return toCrashed(error, request, gateway);
  }
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

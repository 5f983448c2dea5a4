// A response that the gateway makes itself: RFC 9457 body, RFC 9209 Proxy-Status, never stored by anyone.

import { type ProblemCode, problems, toProblemBody } from "../core/http/problems.ts";

export interface ProblemOptions {
  /** The gateway's own name. */
  readonly name: string;
  readonly violated?: readonly string[];
}

export function toProblemResponse(code: ProblemCode, { name, violated }: ProblemOptions): Response {
  const { status, proxyError } = problems[code];
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "Proxy-Status": `${name}; error=${proxyError}`,
  };
  if (code === "limiter-unavailable") headers["Retry-After"] = "1";
  if (code === "method-not-allowed") headers["Allow"] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  return new Response(toProblemBody(code, violated), { status, headers });
}

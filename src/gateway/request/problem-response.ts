// A response that the gateway makes itself: RFC 9457 body, RFC 9209 Proxy-Status, never stored by anyone.

import { type ProblemCode, problems, toProblemBody, withRequestId } from "../../core/http/problems.ts";
import type { Problem } from "../../core/result.ts";
import type { RateLimitFields } from "../../core/policies/rate-limit-headers.ts";

export interface ProblemOptions {
  /** The gateway's own name. */
  readonly name: string;
  readonly violated?: readonly string[];
  readonly limits?: RateLimitFields;
  /** All that is wrong with what the client wrote. */
  readonly found?: readonly Problem[] | undefined;
  /** WWW-Authenticate. */
  readonly challenge?: string | undefined;
  /** Put on the response as Retry-After, in whole seconds from 1 on. */
  readonly retryAfterMs?: number | undefined;
}

/** A problem that answers this request. */
interface Answering extends ProblemOptions {
  readonly requestId: string;
}

export interface ProblemParts {
  /** Without the id of a request. */
  readonly body: string;
  readonly init: { readonly status: number; readonly headers: Record<string, string> };
}

export function toProblemResponse(code: ProblemCode, options: Answering): Response {
  const { body, init } = toProblemParts(code, options);
  return new Response(withRequestId(body, options.requestId), init);
}

/** Its fields are handed over once: each call on a Headers object crosses into the platform. */
export function toProblemParts(
  code: ProblemCode,
  { name, violated, limits, found, challenge, retryAfterMs }: ProblemOptions,
): ProblemParts {
  const { status, proxyError } = problems[code];
  const headers: Record<string, string> = {
    "Content-Type": "application/problem+json",
    "Cache-Control": "no-store",
    "Proxy-Status": `${name}; error=${proxyError}`,
  };
  if (challenge !== undefined) headers["WWW-Authenticate"] = challenge;
  if (retryAfterMs !== undefined)
    headers["Retry-After"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  if (code === "limiter-unavailable" || code === "credential-unverifiable") headers["Retry-After"] = "1";
  if (code === "method-not-allowed") headers["Allow"] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  for (const [field, value] of limits?.set ?? []) headers[field] = value;
  for (const [field, value] of limits?.append ?? []) headers[field] = value;
  return { body: toProblemBody(code, violated, found), init: { status, headers } };
}

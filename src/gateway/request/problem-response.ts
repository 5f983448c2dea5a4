// A response that the gateway makes itself: in the words of its route's API, with RFC 9209 Proxy-Status, never stored by
// anyone.

import { type ErrorsRule, toErrorAnswer } from "../../core/errors/registry.ts";
import { type ProblemCode, problems } from "../../core/http/problems.ts";
import { withRequestId } from "../../core/http/request-id.ts";
import type { Problem } from "../../core/result.ts";
import type { RateLimitFields } from "../../core/policies/rate-limit-headers.ts";

export interface ProblemOptions {
  /** The gateway's own name. */
  readonly name: string;
  /** In whose words it is said; undefined: as a problem document. */
  readonly errors?: ErrorsRule | undefined;
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
  /** Whether the id may be put in. */
  readonly isOpen: boolean;
  readonly init: { readonly status: number; readonly headers: Record<string, string> };
}

export function toProblemResponse(code: ProblemCode, options: Answering): Response {
  const parts = toProblemParts(code, options);
  return new Response(toIdentified(parts, options.requestId), parts.init);
}

/** The body of the answer to this request. */
export function toIdentified({ body, isOpen }: Omit<ProblemParts, "init">, requestId: string): string {
  return isOpen ? withRequestId(body, requestId) : body;
}

/** Its fields are handed over once: each call on a Headers object crosses into the platform. */
export function toProblemParts(code: ProblemCode, options: ProblemOptions): ProblemParts {
  const { errors, violated, found } = options;
  const fields = toFields(code, options);
  const answer = toErrorAnswer(code, errors, { retryAfter: fields["Retry-After"], violated, found });
  const { status, contentType, body, isOpen } = answer;
  const headers: Record<string, string> = { "Content-Type": contentType, ...fields };
  for (const [field, value] of answer.headers ?? []) headers[field] = value;
  return { body, isOpen, init: { status, headers } };
}

/** The same in whosever words it is said. */
function toFields(
  code: ProblemCode,
  { name, limits, challenge, retryAfterMs }: ProblemOptions,
): Record<string, string> {
  const headers: Record<string, string> = {
    "Cache-Control": "no-store",
    "Proxy-Status": `${name}; error=${problems[code].proxyError}`,
  };
  if (challenge !== undefined) headers["WWW-Authenticate"] = challenge;
  if (retryAfterMs !== undefined)
    headers["Retry-After"] = String(Math.max(1, Math.ceil(retryAfterMs / 1_000)));
  if (code === "limiter-unavailable" || code === "credential-unverifiable") headers["Retry-After"] = "1";
  if (code === "method-not-allowed") headers["Allow"] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
  for (const [field, value] of limits?.set ?? []) headers[field] = value;
  for (const [field, value] of limits?.append ?? []) headers[field] = value;
  return headers;
}

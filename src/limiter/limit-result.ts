// What a check found, and how to tell it to a client: the fields of every answer, and the answer to a request that is
// refused, with the same fields and the same problem document as the gateway's.

import { limitProblems, problemTypes } from "../core/http/limit-problems.ts";
import { toRateLimitFields, toRateLimitPolicyMember } from "../core/policies/rate-limit-headers.ts";
import { isRefusing } from "../core/policies/policy-rows.ts";
import type { CheckedLimits } from "../gateway/limits/checked-limits.ts";
import { readClock } from "../platform/clock.ts";
import type { LimitResult, RefusalCode } from "./limiter-types.ts";

export function toLimitResult(limits: CheckedLimits): LimitResult {
  const { answer, rows, policies } = limits;
  const enforced = policies.filter(({ enforcePercent }) => enforcePercent > 0);
  const policyField = enforced.map((policy) => toRateLimitPolicyMember(policy)).join(", ");
  const { set, append } = toRateLimitFields(answer, { nowMs: readClock(), policyField });
  const code = toCode(limits);
  const retry = code === "limiter-unavailable" ? ([["Retry-After", "1"]] as const) : [];
  const fields = [...set, ...append, ...retry];
  const { violated, retryAfterMs, nearest } = answer;
  return {
    isAllowed: code === undefined,
    code,
    violated,
    remaining: nearest?.remaining ?? Infinity,
    retryAfterMs,
    isDegraded: rows.some(({ degraded }) => degraded !== undefined),
    fields,
    toRefusal: () => (code === undefined ? undefined : refuse(code, violated, fields)),
    addFields: (response) => addFields(response, fields),
  };
}

function toCode({ answer, rows }: CheckedLimits): RefusalCode | undefined {
  if (answer.outcome === "allowed") return undefined;
  if (answer.outcome === "impossible") return "impossible-cost";
  const refusing = rows.filter(isRefusing);
  const isUnanswered = refusing.every(
    ({ degraded, policy }) => degraded !== undefined && policy.onError === "closed",
  );
  return isUnanswered ? "limiter-unavailable" : "quota-exceeded";
}

/** RFC 9457. */
function refuse(code: RefusalCode, violated: readonly string[], fields: LimitResult["fields"]): Response {
  const { type, status, detail } = limitProblems[code];
  const body = {
    type: `https://iana.org/assignments/http-problem-types#${type}`,
    title: problemTypes[type],
    status,
    detail,
    code,
    "violated-policies": violated,
    message: detail,
    error: { code: status, message: detail },
  };
  const headers = new Headers({ "Content-Type": "application/problem+json", "Cache-Control": "no-store" });
  for (const [name, value] of fields) headers.set(name, value);
  return new Response(JSON.stringify(body), { status, headers });
}

function addFields(response: Response, fields: LimitResult["fields"]): Response {
  try {
    for (const [name, value] of fields) response.headers.set(name, value);
    return response;
  } catch {
    // What fetch() answered cannot be changed. A socket's answer has nothing to be copied.
    if (response.status === 101) return response;
    return addFields(new Response(response.body, response), fields);
  }
}

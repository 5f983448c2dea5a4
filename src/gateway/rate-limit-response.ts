// Puts what the limits said on a response, and turns a refusal into its problem.

import type { Route } from "../core/config/config.ts";
import { EXPOSED_FIELDS, toRateLimitFields, toShadowField } from "../core/http/rate-limit-headers.ts";
import type { ProblemCode } from "../core/http/problems.ts";
import { readClock } from "../platform/clock.ts";
import type { CheckedLimits } from "./check-limits.ts";
import type { Gateway } from "./gateway.ts";

/** Why a request does not go on. */
export interface Refusal {
  readonly code: ProblemCode;
  /** Policies' names. */
  readonly violated: readonly string[];
}

/** The refusal that the limits amount to; undefined when the request goes on. */
export function toRefusal({ answer, missing, degraded }: CheckedLimits, route: Route): Refusal | undefined {
  if (missing.length > 0) return { code: "missing-key", violated: missing };
  const { outcome, violated } = answer;
  if (outcome === "allowed") return undefined;
  if (outcome === "impossible") return { code: "impossible-cost", violated };
  const closed = new Set(
    route.policies.filter(({ onError }) => onError === "closed").map(({ name }) => name),
  );
  const isUnanswered = violated.every((name) => degraded.has(name) && closed.has(name));
  return { code: isUnanswered ? "limiter-unavailable" : "quota-exceeded", violated };
}

/** Sets X-RateLimit-* and Retry-After, adds to the origin's RateLimit fields, and lets browsers read them. */
export function addRateLimitFields(
  response: Response,
  { answer, shadows, degraded }: CheckedLimits,
  { gateway, route }: { readonly gateway: Gateway; readonly route: Route },
): Response {
  const policyField = gateway.policyFields.get(route);
  const fields = toRateLimitFields(answer, { nowMs: readClock(), policyField });
  const { headers } = response;
  if (gateway.config.headers.shadow && shadows.length > 0)
    headers.set("X-RateLimit-Shadow", toShadowField(shadows));
  if (degraded.size > 0) headers.set("X-RateLimit-Degraded", [...degraded.keys()].join(", "));
  if (fields.set.length === 0) return response;
  for (const [name, value] of fields.set) headers.set(name, value);
  for (const [name, value] of fields.append) headers.append(name, value);
  if (headers.has("access-control-allow-origin"))
    headers.append("Access-Control-Expose-Headers", EXPOSED_FIELDS);
  return response;
}

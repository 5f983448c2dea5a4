// Puts what the limits said on a response, and turns a refusal into its problem.

import { REQUEST_ID_FIELD } from "../../core/http/request-id.ts";
import { OWN_FIELDS } from "../../core/cors/cors-fields.ts";
import {
  type RateLimitFields,
  toRateLimitFields,
  toShadowField,
  toToldMs,
} from "../../core/policies/rate-limit-headers.ts";
import { toRateLimitPolicyField } from "../../core/policies/rate-limit-policy-field.ts";
import type { Config } from "../../core/config/config.ts";
import { type DeniedAnswer, toDeniedBody } from "../../core/policies/denied-answer.ts";
import { isCounted } from "../../core/policies/limit-rule.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { toModelFields } from "../../core/policies/model-fields.ts";
import type { Policy } from "../../core/policies/policy.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { readClock } from "../../platform/clock.ts";
import type { RequestTrace } from "../request/request-trace.ts";
import type { CheckedLimits } from "./checked-limits.ts";
import type { Limiter } from "./limiter.ts";
import { isRefusing } from "../../core/policies/policy-rows.ts";
import { type ProblemParts, toIdentified, toProblemParts } from "../request/problem-response.ts";

/** Why a request does not go on. */
export interface Refusal {
  readonly code: ProblemCode;
  /** Policies' names. */
  readonly violated: readonly string[];
}

/** The refusal that the limits amount to; undefined when the request goes on. */
export function toRefusal({ answer, missing, excluding, rows }: CheckedLimits): Refusal | undefined {
  if (missing.length > 0) return { code: "missing-key", violated: missing };
  if (excluding.length > 0) return { code: "not-in-plan", violated: excluding };
  const { outcome, violated } = answer;
  if (outcome === "allowed") return undefined;
  if (outcome === "impossible") return { code: "impossible-cost", violated };
  const isUnanswered = rows
    .filter(isRefusing)
    .every(({ degraded, policy }) => degraded !== undefined && policy.onError === "closed");
  return { code: isUnanswered ? "limiter-unavailable" : "quota-exceeded", violated };
}

/** What was limited, and by what. */
interface Limiting {
  readonly gateway: Limiter;
  readonly route: LimitedRoute;
}

/** What the limits say in any response: X-RateLimit-*, Retry-After, RateLimit and RateLimit-Policy. */
export function toLimitFields(
  { policies, rows, answer, shadows }: CheckedLimits,
  { gateway, route }: Limiting,
): RateLimitFields {
  // Made at start-up for the limits that are everybody's.
  const policyField =
    policies === route.policies ? gateway.policyFields.get(route) : toPolicyField(policies, gateway.config);
  const nowMs = readClock();
  const { retryJitterPercent: percent } = gateway.config.headers;
  const jitter = percent === 0 ? undefined : { percent, random: Math.random() };
  const fields = toRateLimitFields(answer, { nowMs, policyField, jitter });
  const { verdicts } = answer;
  const marks = [...toModelFields(route.errors, { policies, verdicts, nowMs })];
  if (gateway.config.headers.shadow && shadows.length > 0)
    marks.push(["X-RateLimit-Shadow", toShadowField(shadows, nowMs)]);
  const degraded = rows.filter((row) => row.degraded !== undefined);
  if (degraded.length > 0)
    marks.push(["X-RateLimit-Degraded", degraded.map(({ policy }) => policy.name).join(", ")]);
  return marks.length === 0 ? fields : { ...fields, set: [...marks, ...fields.set] };
}

interface Rendered {
  readonly body: string;
  readonly isOpen: boolean;
  readonly init: { readonly status: number; readonly headers: Headers };
  readonly untilMs: number;
}

/** By the remembered denial: a flood is answered from here. */
const rendered = new WeakMap<object, Rendered>();

/** The answer to a request that does not go on. */
export function toDenial(
  limits: CheckedLimits,
  refusal: Refusal,
  limiting: Limiting & { readonly requestId: string; readonly trace?: Pick<RequestTrace, "idField"> },
): Response {
  const own = refusal.code === "quota-exceeded" ? limiting.route.denied : undefined;
  const { requestId, trace } = limiting;
  const { rememberedDenial } = limits;
  const nowMs = readClock();
  const known = rememberedDenial === undefined ? undefined : rendered.get(rememberedDenial);
  if (known !== undefined && nowMs < known.untilMs) {
    const { headers } = known.init;
    if (trace?.idField !== "wanted") headers.delete(REQUEST_ID_FIELD);
    else {
      // Here, where it is copied at once: the answer would first have to make an object of its fields.
      headers.set(REQUEST_ID_FIELD, requestId);
      trace.idField = "written";
    }
    return new Response(toIdentified(known, requestId), known.init);
  }
  const parts = toDenialParts(limits, refusal, { limiting, own });
  const { init } = parts;
  const body = toIdentified(parts, requestId);
  // Each answer has a jitter of its own.
  if (rememberedDenial === undefined || limiting.gateway.config.headers.retryJitterPercent > 0)
    return new Response(body, init);
  const kept = { status: init.status, headers: new Headers(init.headers) };
  rendered.set(rememberedDenial, { ...parts, init: kept, untilMs: nowMs + toSameMs(limits, nowMs) });
  return new Response(body, kept);
}

/** The problem document, or what the configuration has in its place. */
function toDenialParts(
  limits: CheckedLimits,
  { code, violated }: Refusal,
  { limiting, own }: { readonly limiting: Limiting; readonly own: DeniedAnswer | undefined },
): ProblemParts {
  const { name } = limiting.gateway.config;
  const { errors } = limiting.route;
  const parts = toProblemParts(code, { name, errors, violated, limits: toLimitFields(limits, limiting) });
  if (own === undefined) return parts;
  const { status, contentType } = own;
  const { nearest } = limits.answer;
  const { headers } = parts.init;
  const figures = {
    retryAfter: headers["Retry-After"] ?? "",
    policy: nearest?.policy ?? "",
    limit: nearest?.limit ?? "",
  };
  return {
    body: toDeniedBody(own, figures),
    isOpen: false,
    init: { status, headers: { ...headers, "Content-Type": contentType } },
  };
}

/** How long every wait of an answer is the same in whole seconds. */
function toSameMs({ answer, shadows }: CheckedLimits, nowMs: number): number {
  const waits = [...answer.verdicts, ...shadows].map((verdict) => toToldMs(verdict, nowMs));
  return Math.min(
    ...[answer.retryAfterMs, ...waits]
      .filter((ms) => ms > 0 && ms < Infinity)
      .map((ms) => ((ms - 1) % 1_000) + 1),
  );
}

/**
 * Sets X-RateLimit-* and Retry-After, adds to the origin's RateLimit fields, and lets browsers read them. Where the origin
 * has X-RateLimit-* of its own a client sees one side's, whole: the origin's where it is the origin that refuses.
 */
export function addLimitFields(response: Response, limits: CheckedLimits, limiting: Limiting): Response {
  const { set, append } = toLimitFields(limits, limiting);
  if (set.length === 0) return response;
  const { headers, status } = response;
  const isOrigins = LEGACY_FIELDS.some((name) => headers.has(name));
  if (isOrigins && status !== 429) dropLegacyFields(headers);
  const isTheirs = isOrigins && status === 429;
  for (const [name, value] of set)
    if (status !== 429 || !isKept(name, headers, isTheirs)) headers.set(name, value);
  for (const [name, value] of append) headers.append(name, value);
  if (limits.answer.nearest !== undefined && headers.has("access-control-allow-origin"))
    headers.append("Access-Control-Expose-Headers", OWN_FIELDS);
  return response;
}

/** What ours replace; beside them an origin may have more of its own (GitHub's -Used, -Resource). */
const LEGACY_FIELDS = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

/** An origin that refuses says itself where its limits are. */
function isKept(name: string, headers: Headers, isTheirs: boolean): boolean {
  if (isModelField(name)) return headers.has(name);
  return isTheirs && LEGACY_FIELDS.includes(name);
}

const isModelField = (name: string): boolean => /^(?:x|anthropic)-ratelimit-/.test(name);

function dropLegacyFields(headers: Headers): void {
  const names = [...headers.keys()].filter((name) => name.startsWith("x-ratelimit-"));
  for (const name of names) headers.delete(name);
}

/** RateLimit-Policy; undefined where the draft's fields are switched off. */
export function toPolicyField(policies: readonly Policy[], { headers }: Config): string | undefined {
  if (!headers.draft) return undefined;
  return toRateLimitPolicyField(policies.filter((policy) => policy.enforcePercent > 0 && isCounted(policy)));
}

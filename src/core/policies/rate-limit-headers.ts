// The header fields that tell a client where it stands: X-RateLimit-* as GitHub and its clients read them, and RateLimit
// and RateLimit-Policy of draft-ietf-httpapi-ratelimit-headers-11 (parameter names in one table: the draft may yet
// rename them).

import type { Policy } from "./policy.ts";
import type { LimitAnswer, PolicyVerdict } from "./combine-verdicts.ts";

const PARAMETERS = { quota: "q", unit: "qu", windowSeconds: "w", remaining: "r", seconds: "t" } as const;

export interface RateLimitFields {
  /** Replace what the origin said: X-RateLimit-*, Retry-After. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Are added to what the origin said: RateLimit, RateLimit-Policy. */
  readonly append: readonly (readonly [name: string, value: string])[];
}

export interface FieldOptions {
  readonly nowMs: number;
  /** RateLimit-Policy; undefined: the draft's fields are switched off. */
  readonly policyField: string | undefined;
  /** undefined: Retry-After is exact. */
  readonly jitter?: RetryJitter | undefined;
}

const NONE: RateLimitFields = { set: [], append: [] };

/** Whole seconds, rounded up, at least 1 (RFC 9110 section 10.2.3 knows no fractions). */
export function toRetryAfterSeconds(retryAfterMs: number): number {
  return Math.max(1, Math.ceil(retryAfterMs / 1_000));
}

/** A member of RateLimit-Policy. `unit` is what is counted; undefined: requests, or what only its operator knows. */
export function toRateLimitPolicyMember(
  { name, limit, windowMs }: Pick<Policy, "name" | "limit" | "windowMs">,
  unit?: string,
): string {
  const counted = unit === undefined ? "" : `;${PARAMETERS.unit}="${unit}"`;
  const window = windowMs === undefined ? "" : `;${PARAMETERS.windowSeconds}=${Math.ceil(windowMs / 1_000)}`;
  return `"${name}";${PARAMETERS.quota}=${limit}${counted}${window}`;
}

/** A tenth: what is added is no longer wait to speak of. */
export const RETRY_JITTER_PERCENT_MAX = 10;

/** A share of Retry-After that is added at random, so that clients that were denied together do not come back together. */
export interface RetryJitter {
  readonly percent: number;
  /** From 0 to below 1. */
  readonly random: number;
}

/** Never earlier than without: the request is admitted then, and is so later too. */
function addJitter(seconds: number, jitter: RetryJitter | undefined): number {
  if (jitter === undefined) return seconds;
  const most = Math.floor((seconds * jitter.percent) / 100);
  return seconds + Math.floor(jitter.random * (most + 1));
}

/**
 * The fields of one answer. `nowMs` is the gateway's clock: X-RateLimit-Reset is epoch seconds, for clients that obey it
 * (Octokit) take a small number for a time long past and retry at once.
 */
export function toRateLimitFields(
  { outcome, verdicts, nearest, retryAfterMs }: LimitAnswer,
  { nowMs, policyField, jitter }: FieldOptions,
): RateLimitFields {
  if (nearest === undefined) return NONE;
  const set: [string, string][] = [
    ["X-RateLimit-Limit", String(nearest.limit)],
    ["X-RateLimit-Remaining", String(nearest.remaining)],
    ["X-RateLimit-Reset", String(Math.ceil(toInstantMs(nearest, nowMs) / 1_000))],
  ];
  if (outcome === "denied")
    set.push(["Retry-After", String(addJitter(toRetryAfterSeconds(retryAfterMs), jitter))]);
  if (policyField === undefined) return { set, append: [] };
  const append: [string, string][] = [
    ["RateLimit-Policy", policyField],
    ["RateLimit", verdicts.map((verdict) => toRateLimitMember(verdict, nowMs)).join(", ")],
  ];
  return { set, append };
}

/** X-RateLimit-Shadow: like RateLimit, for policies that are tried out; `denied` marks those that would have refused. `nowMs` counts where verdicts say since when. */
export function toShadowField(verdicts: readonly PolicyVerdict[], nowMs = 0): string {
  return verdicts
    .map((verdict) => toRateLimitMember(verdict, nowMs) + (verdict.outcome === "allowed" ? "" : ";denied"))
    .join(", ");
}

function toRateLimitMember(verdict: PolicyVerdict, nowMs: number): string {
  const seconds = Math.ceil(toToldMs(verdict, nowMs) / 1_000);
  return `"${verdict.policy}";${PARAMETERS.remaining}=${verdict.remaining};${PARAMETERS.seconds}=${seconds}`;
}

/**
 * The wait that a client is told now: until the same request is admitted when it was denied, for which a moment too long
 * is better than one too short, else until all of the quota is back, however long the answer took since.
 */
export function toToldMs(verdict: PolicyVerdict, nowMs: number): number {
  if (verdict.outcome === "denied") return verdict.retryAfterMs;
  return Math.max(0, toInstantMs(verdict, nowMs) - nowMs);
}

/** When that wait is over. Counted from when it is told, an instant at a whole second would be told a second late. */
function toInstantMs({ outcome, retryAfterMs, resetMs, sinceMs }: PolicyVerdict, nowMs: number): number {
  return (sinceMs ?? nowMs) + (outcome === "denied" ? retryAfterMs : resetMs);
}

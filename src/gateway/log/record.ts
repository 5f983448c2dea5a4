// One log line for each request that was denied, degraded or failed: route, policy, hashed key, ray id, timing. Never a
// raw key or a secret.

import type { Config, Route } from "../../core/config/config.ts";
import type { ProblemCode } from "../../core/http/problems.ts";
import { hashText } from "../../platform/hash-text.ts";
import { readClock } from "../../platform/clock.ts";
import { type LogFields, writeLog } from "../../platform/log.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { OriginFailure } from "../origins/forward.ts";
import type { Refusal } from "../limits/rate-limit-response.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export interface Recorded {
  readonly config: Config;
  readonly route: Route;
  readonly facts: RequestFacts;
  readonly startedMs: number;
}

/** Enough of a SHA-256 to find a key again, in hexadecimal digits. */
const HASH_DIGITS = 16;

type Event = keyof Config["log"];

/** `toFields` is called for the events that are logged: naming keys costs a hash. */
function record(
  { config, route, facts, startedMs }: Recorded,
  event: Event,
  toFields: () => LogFields,
): void {
  const share = config.log[event];
  if (share < 1 && Math.random() >= share) return;
  writeLog(event, {
    route: route.name,
    method: facts.method,
    ray: facts.ray,
    ...toFields(),
    ms: readClock() - startedMs,
  });
}

export function recordDenied(
  recorded: Recorded,
  { answer, keys }: CheckedLimits,
  { code, violated }: Refusal,
): void {
  const { retryAfterMs } = answer;
  record(recorded, "denied", () => ({
    code,
    policy: violated,
    key: toHashes(violated, keys),
    retryAfterMs: retryAfterMs > 0 && retryAfterMs < Infinity ? retryAfterMs : undefined,
  }));
}

/** An operator's ban, by its id: whom it names is in the admin API. */
export function recordBanned(recorded: Recorded, ban: string): void {
  record(recorded, "denied", () => ({ code: "banned", ban }));
}

/** Refused before any policy was asked. `cause` is what the client is not told. */
export function recordRefused(recorded: Recorded, code: ProblemCode, cause?: string): void {
  record(recorded, "denied", () => ({ code, cause }));
}

/** What does not show in the response: decisions without a counter object, and shadow policies that would have refused. */
export function recordLimits(recorded: Recorded, { degraded, shadows, keys }: CheckedLimits): void {
  if (degraded.size > 0) {
    record(recorded, "degraded", () => {
      const policies = [...degraded.keys()];
      const causes = [...new Set(degraded.values())];
      return { policy: policies, key: toHashes(policies, keys), cause: causes.join("; ") };
    });
  }
  const refusing = shadows.filter(({ outcome }) => outcome !== "allowed").map(({ policy }) => policy);
  if (refusing.length === 0) return;
  record(recorded, "shadow", () => ({ policy: refusing, key: toHashes(refusing, keys) }));
}

export function recordFailed(recorded: Recorded, { code, cause, denied, retryAfterMs }: OriginFailure): void {
  if (denied !== undefined) {
    const { violated, keys } = denied;
    const policies = { policy: violated, key: toHashes(violated, keys) };
    record(recorded, "denied", () => ({ code, ...policies, cause, retryAfterMs }));
    return;
  }
  // A client that asks for stored answers alone is answered as it asked: nothing failed.
  if (code !== "not-cached") record(recorded, "failed", () => ({ code, cause }));
}

/** A response whose head has gone to the client, and whose body the gateway cut off. */
export function recordCut(recorded: Recorded, cause: string): void {
  record(recorded, "failed", () => ({ code: "origin-timeout", cause }));
}

function toHashes(policies: readonly string[], keys: ReadonlyMap<string, string>): readonly string[] {
  return policies.flatMap((policy) => {
    const key = keys.get(policy);
    return key === undefined ? [] : [hashText(key).slice(0, HASH_DIGITS)];
  });
}

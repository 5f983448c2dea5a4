// One log line for each request that was denied, degraded or failed: route, policy, hashed key, the request's id, timing. Never a
// raw key or a secret.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { type ProblemCode, problems } from "../../core/http/problems.ts";
import { hashText } from "../../platform/hash-text.ts";
import { readClock } from "../../platform/clock.ts";
import { type LogFields, writeLog } from "../../platform/log.ts";

export interface LoggedRequest {
  readonly config: Config;
  readonly route: Pick<Route, "name">;
  readonly facts: {
    readonly method: string;
    readonly requestId: string;
    /** Of the client's trace. */
    readonly traceparent: string | undefined;
  };
  readonly startedMs: number;
}

/** Enough of a SHA-256 to find a key again, in hexadecimal digits. */
const HASH_DIGITS = 16;

type Event = keyof Config["log"];

/** `toFields` is called for the events that are logged: naming keys costs a hash. */
function logEvent(
  { config, route, facts, startedMs }: LoggedRequest,
  event: Event,
  toFields: () => LogFields,
): void {
  const share = config.log[event];
  if (share < 1 && Math.random() >= share) return;
  writeLog(event, {
    route: route.name,
    method: facts.method,
    requestId: facts.requestId,
    traceparent: facts.traceparent,
    ...toFields(),
    ms: readClock() - startedMs,
  });
}

/** A policy that counts a request, and the counter key that it counts it by. */
interface CountingPolicy {
  readonly policy: { readonly name: string };
  readonly key: string;
}

/** Names of the policies that refused a request, and all that count it. */
interface DeniedBy {
  readonly code: ProblemCode;
  readonly violated: readonly string[];
  readonly rows: readonly CountingPolicy[];
  /** Not logged where it is no wait. */
  readonly retryAfterMs?: number | undefined;
}

export function logDenied(
  request: LoggedRequest,
  { code, violated, rows, retryAfterMs = 0 }: DeniedBy,
): void {
  logEvent(request, "denied", () => ({
    code,
    policy: violated,
    key: toHashes(findNamed(rows, violated)),
    retryAfterMs: retryAfterMs > 0 && retryAfterMs < Infinity ? retryAfterMs : undefined,
  }));
}

/** An operator's ban, by its id: whom it names is in the admin API. */
export function logBanned(request: LoggedRequest, ban: string): void {
  logEvent(request, "denied", () => ({ code: "banned", ban }));
}

/** Refused before any policy was asked. `cause` is what the client is not told. */
export function logRefused(request: LoggedRequest, code: ProblemCode, cause?: string): void {
  logEvent(request, "denied", () => ({ code, cause }));
}

/** What a policy said that the response does not show. */
interface DecidingPolicy extends CountingPolicy {
  /** It refuses nobody. */
  readonly isShadow: boolean;
  readonly verdict: { readonly outcome: string } | undefined;
  /** Why it was decided without its counter object; undefined: it was not. */
  readonly degraded: string | undefined;
}

/** Decisions without a counter object, and shadow policies that would have refused. */
export function logLimits(request: LoggedRequest, rows: readonly DecidingPolicy[]): void {
  const degraded = rows.filter((row) => row.degraded !== undefined);
  if (degraded.length > 0) {
    logEvent(request, "degraded", () => {
      const causes = new Set(degraded.map((row) => row.degraded));
      return { policy: toNames(degraded), key: toHashes(degraded), cause: [...causes].join("; ") };
    });
  }
  const refusing = rows.filter(
    ({ isShadow, verdict }) => isShadow && verdict !== undefined && verdict.outcome !== "allowed",
  );
  if (refusing.length === 0) return;
  logEvent(request, "shadow", () => ({ policy: toNames(refusing), key: toHashes(refusing) }));
}

/** Why there is no answer of the origin's. */
interface Failure {
  readonly code: ProblemCode;
  /** The runtime's own words. */
  readonly cause: string;
  readonly retryAfterMs?: number;
  readonly isLeft?: boolean;
  /** Refused by policies of the pool, of all that count its calls. */
  readonly denied?: { readonly violated: readonly string[]; readonly rows: readonly CountingPolicy[] };
}

export function logFailed(
  request: LoggedRequest,
  { code, cause, denied, retryAfterMs, isLeft }: Failure,
): void {
  if (denied !== undefined) {
    const { violated, rows } = denied;
    const policies = { policy: violated, key: toHashes(findNamed(rows, violated)) };
    logEvent(request, "denied", () => ({ code, ...policies, cause, retryAfterMs }));
    return;
  }
  // A client that asks for stored answers alone is answered as it asked, and one that has left by nobody: nothing failed.
  if (code === "not-cached" || isLeft === true) return;
  const isClients = problems[code].status < 500;
  logEvent(request, isClients ? "denied" : "failed", () => ({ code, cause }));
}

/** A response whose head has gone to the client, and whose body the gateway cut off. */
export function logCut(request: LoggedRequest, cause: string): void {
  logEvent(request, "failed", () => ({ code: "origin-timeout", cause }));
}

function findNamed(rows: readonly CountingPolicy[], names: readonly string[]): readonly CountingPolicy[] {
  return rows.filter(({ policy }) => names.includes(policy.name));
}

function toNames(rows: readonly CountingPolicy[]): readonly string[] {
  return rows.map(({ policy }) => policy.name);
}

function toHashes(rows: readonly CountingPolicy[]): readonly string[] {
  return rows.map(({ key }) => hashText(key).slice(0, HASH_DIGITS));
}

// One log line for each request that was denied, degraded or failed, and for a share of those that went well: route,
// policies, hashed keys, what was waited for. Never a raw key or a secret.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { type ProblemCode, problems } from "../../core/http/problems.ts";
import type { Identity } from "../../core/keys/identity.ts";
import type { LogFields } from "../../core/log/log-line.ts";
import type { SampledEvent } from "../../core/log/log-settings.ts";
import { toShownAddress } from "../../core/log/shown-address.ts";
import { hashKey } from "../../platform/hash-text.ts";
import { readClock } from "../../platform/clock.ts";
import { writeLog } from "../../platform/log.ts";
import type { RequestTrace } from "../request/request-trace.ts";

export interface LoggedRequest {
  readonly config: Config;
  readonly route: Pick<Route, "name"> & Partial<Pick<Route, "errors">>;
  readonly facts: {
    readonly method: string;
    readonly requestId: string;
    /** Of the client's own trace. */
    readonly traceparent: string | undefined;
    readonly address: string | undefined;
    readonly identity: Identity | undefined;
    readonly standing?: "suspect" | "trusted" | undefined;
  };
  readonly trace: RequestTrace;
}

/** `toFields` is called for the events that are logged: naming keys costs a hash. */
function logEvent(request: LoggedRequest, event: SampledEvent, toFields: () => LogFields): void {
  const share = request.config.log[event];
  if (share < 1 && Math.random() >= share) return;
  const { config, route, facts, trace } = request;
  const { startedMs, waitedMs, cache } = trace;
  const nowMs = readClock();
  writeLog(event, {
    route: route.name,
    method: facts.method,
    requestId: facts.requestId,
    traceparent: facts.traceparent,
    consumer: facts.identity?.consumer,
    standing: facts.standing,
    address: toShownAddress(facts.address, config.log.addresses),
    ...toFields(),
    cache,
    credentialMs: waitedMs.credential,
    counterMs: waitedMs.counter,
    cacheMs: waitedMs.cache,
    queueMs: waitedMs.queue,
    originMs: waitedMs.origin,
    ms: nowMs - startedMs,
  });
}

/** A policy that counts a request, the counter key that it counts it by, and what the request costs there. */
interface CountingPolicy {
  readonly policy: { readonly name: string };
  readonly key: string;
  readonly cost: number;
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
  request.trace.refuse(code, { violated, rows });
  logEvent(request, "denied", () => {
    const denying = findNamed(rows, violated);
    return {
      ...toProblem(code),
      policy: violated,
      key: toHashes(denying),
      units: toUnits(denying),
      retryAfterMs: retryAfterMs > 0 && retryAfterMs < Infinity ? retryAfterMs : undefined,
    };
  });
}

/** An operator's ban, by its id: whom it names is in the admin API. */
export function logBanned(request: LoggedRequest, ban: string): void {
  request.trace.refuse("banned");
  logEvent(request, "denied", () => ({ ...toProblem("banned"), ban }));
}

/** Refused before any policy was asked. `cause` is what the client is not told. */
export function logRefused(request: LoggedRequest, code: ProblemCode, cause?: string): void {
  request.trace.refuse(code);
  logEvent(request, "denied", () => ({ ...toProblem(code), cause }));
}

/** A request that was answered by its origin or from the store, with the policies that counted it. */
export function logAllowed(request: LoggedRequest, status: number, rows: readonly CountingPolicy[]): void {
  if (request.config.log.allowed === 0) return;
  logEvent(request, "allowed", () => ({ status, ...(rows.length === 0 ? {} : toPolicies(rows)) }));
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
      return { ...toPolicies(degraded), cause: [...causes].join("; ") };
    });
  }
  const refusing = rows.filter(
    ({ isShadow, verdict }) => isShadow && verdict !== undefined && verdict.outcome !== "allowed",
  );
  if (refusing.length === 0) return;
  logEvent(request, "shadow", () => toPolicies(refusing));
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
  { code, cause, denied, retryAfterMs, isLeft = false }: Failure,
): void {
  request.trace.refuse(code, { ...denied, isLeft });
  if (denied !== undefined) {
    const { violated, rows } = denied;
    // What a call costs is not known of one that was never sent.
    const policies = { policy: violated, key: toHashes(findNamed(rows, violated)) };
    logEvent(request, "denied", () => ({ ...toProblem(code), ...policies, cause, retryAfterMs }));
    return;
  }
  // A client that asks for stored answers alone is answered as it asked, and one that has left by nobody: nothing failed.
  if (code === "not-cached" || isLeft) return;
  const isClients = problems[code].status < 500;
  logEvent(request, isClients ? "denied" : "failed", () => ({ ...toProblem(code), cause }));
}

/** A response whose head has gone to the client, and whose body the gateway cut off. */
export function logCut(request: LoggedRequest, cause: string): void {
  logEvent(request, "failed", () => ({ code: "origin-timeout", cause }));
}

function toProblem(code: ProblemCode): LogFields {
  return { status: problems[code].status, code };
}

function toPolicies(rows: readonly CountingPolicy[]): LogFields {
  return { policy: toNames(rows), key: toHashes(rows), units: toUnits(rows) };
}

function findNamed(rows: readonly CountingPolicy[], names: readonly string[]): readonly CountingPolicy[] {
  return rows.filter(({ policy }) => names.includes(policy.name));
}

function toNames(rows: readonly CountingPolicy[]): readonly string[] {
  return rows.map(({ policy }) => policy.name);
}

function toHashes(rows: readonly CountingPolicy[]): readonly string[] {
  return rows.map(({ key }) => hashKey(key));
}

function toUnits(rows: readonly CountingPolicy[]): readonly number[] {
  return rows.map(({ cost }) => cost);
}

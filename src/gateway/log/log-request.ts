// One log line for each request that was denied, degraded or failed: route, policy, hashed key, ray id, timing. Never a
// raw key or a secret.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { type ProblemCode, problems } from "../../core/http/problems.ts";
import { hashText } from "../../platform/hash-text.ts";
import { readClock } from "../../platform/clock.ts";
import { type LogFields, writeLog } from "../../platform/log.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export interface LoggedRequest {
  readonly config: Config;
  readonly route: Route;
  readonly facts: RequestFacts;
  readonly startedMs: number;
}

/** What a line says of a request, whatever it came for. */
export type NamedRequest = Omit<LoggedRequest, "route"> & { readonly route: Pick<Route, "name"> };

/** Enough of a SHA-256 to find a key again, in hexadecimal digits. */
const HASH_DIGITS = 16;

type Event = keyof Config["log"];

/** `toFields` is called for the events that are logged: naming keys costs a hash. */
function logEvent(
  { config, route, facts, startedMs }: NamedRequest,
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

/** Policies that refused a request: their names, and the counter key of each by its name. */
interface DeniedBy {
  readonly code: ProblemCode;
  readonly violated: readonly string[];
  readonly keys: ReadonlyMap<string, string>;
  /** Not logged where it is no wait. */
  readonly retryAfterMs?: number | undefined;
}

export function logDenied(request: NamedRequest, { code, violated, keys, retryAfterMs = 0 }: DeniedBy): void {
  logEvent(request, "denied", () => ({
    code,
    policy: violated,
    key: toHashes(violated, keys),
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

/** What the policies of a request said that its response does not show. */
interface QuietLimits {
  /** Policies that were decided without their counter object, and why. */
  readonly degraded: ReadonlyMap<string, string>;
  /** What policies said that refuse nobody. */
  readonly shadows: readonly { readonly policy: string; readonly outcome: string }[];
  readonly keys: ReadonlyMap<string, string>;
}

/** Decisions without a counter object, and shadow policies that would have refused. */
export function logLimits(request: NamedRequest, { degraded, shadows, keys }: QuietLimits): void {
  if (degraded.size > 0) {
    logEvent(request, "degraded", () => {
      const policies = [...degraded.keys()];
      const causes = [...new Set(degraded.values())];
      return { policy: policies, key: toHashes(policies, keys), cause: causes.join("; ") };
    });
  }
  const refusing = shadows.filter(({ outcome }) => outcome !== "allowed").map(({ policy }) => policy);
  if (refusing.length === 0) return;
  logEvent(request, "shadow", () => ({ policy: refusing, key: toHashes(refusing, keys) }));
}

/** Why there is no answer of the origin's. */
interface Failure {
  readonly code: ProblemCode;
  /** The runtime's own words. */
  readonly cause: string;
  readonly retryAfterMs?: number;
  /** Refused by policies of the pool, whose counter keys these are. */
  readonly denied?: { readonly violated: readonly string[]; readonly keys: ReadonlyMap<string, string> };
}

export function logFailed(request: LoggedRequest, { code, cause, denied, retryAfterMs }: Failure): void {
  if (denied !== undefined) {
    const { violated, keys } = denied;
    const policies = { policy: violated, key: toHashes(violated, keys) };
    logEvent(request, "denied", () => ({ code, ...policies, cause, retryAfterMs }));
    return;
  }
  // A client that asks for stored answers alone is answered as it asked: nothing failed.
  if (code === "not-cached") return;
  const isClients = problems[code].status < 500;
  logEvent(request, isClients ? "denied" : "failed", () => ({ code, cause }));
}

/** A response whose head has gone to the client, and whose body the gateway cut off. */
export function logCut(request: LoggedRequest, cause: string): void {
  logEvent(request, "failed", () => ({ code: "origin-timeout", cause }));
}

function toHashes(policies: readonly string[], keys: ReadonlyMap<string, string>): readonly string[] {
  return policies.flatMap((policy) => {
    const key = keys.get(policy);
    return key === undefined ? [] : [hashText(key).slice(0, HASH_DIGITS)];
  });
}

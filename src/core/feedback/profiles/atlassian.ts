// Jira and Confluence Cloud: an hour's points for an app and its tenant, bursts for each endpoint, and writes of a single
// issue; RateLimit-Reason names the one that refused, with a 429 or a 503 and Retry-After
// (developer.atlassian.com/cloud/jira/platform/rate-limiting). A reset is ISO 8601, with or without seconds.

import { parseInstant } from "../../http/rfc3339.ts";
import { parseRetryAfter } from "../../http/retry-after.ts";
import { type OriginAnswer, type OriginCall, type Profile, readInteger, type Reading } from "../reading.ts";
import { toOperation } from "./operation.ts";

const QUOTA = "quota";
const BURST = "burst";
const ISSUE = "issue";
const HOUR_MS = 3_600_000;
/** X-RateLimit-NearLimit: less than a fifth is left. */
const NEAR_PERCENT = 80;
const ISSUE_PATH = /\/issue\/([^/]+)/;
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(?:\.\d+)?Z$/;

export const atlassian: Profile = {
  scopes: [QUOTA, BURST, ISSUE],
  bodyStatuses: [],
  readingMs: 60_000,
  countsCalls: true,
  credential: { headers: ["authorization"] },
  toSubject,
  readings: (answer) => {
    const scope = toScope(answer.field("ratelimit-reason") ?? "");
    const usage = readUsage(answer, scope);
    return [...(usage === undefined ? [] : [usage]), ...readRefusal(answer, { scope, usage })];
  },
};

function toSubject(scope: string, call: OriginCall): string | undefined {
  if (scope === QUOTA) return call.token;
  if (scope === BURST) return `${toOperation(call)} ${call.token}`;
  const [, issue] = ISSUE_PATH.exec(call.path) ?? [];
  return call.method === "GET" || call.method === "HEAD" ? undefined : issue;
}

function toScope(reason: string): string {
  if (reason.includes("burst")) return BURST;
  return reason.includes("per-issue") ? ISSUE : QUOTA;
}

function readUsage(answer: OriginAnswer, scope: string): Reading | undefined {
  const remaining = readInteger(answer, "x-ratelimit-remaining");
  const limit = readInteger(answer, "x-ratelimit-limit");
  const resetMs = toResetMs(answer);
  if (remaining !== undefined) return { scope, remaining, limit, resetMs: resetMs ?? HOUR_MS };
  const isNear = answer.field("x-ratelimit-nearlimit")?.toLowerCase() === "true";
  return isNear ? { scope, usagePercent: NEAR_PERCENT, resetMs } : undefined;
}

function readRefusal(
  { status, field, nowMs }: OriginAnswer,
  { scope, usage }: { readonly scope: string; readonly usage: Reading | undefined },
): readonly Reading[] {
  const waitMs = parseRetryAfter(field("retry-after"), nowMs);
  if (status !== 429 && (status !== 503 || waitMs === undefined)) return [];
  return [{ scope, stopMs: waitMs ?? (usage?.remaining === 0 ? usage.resetMs : undefined), isRefused: true }];
}

function toResetMs({ field, nowMs }: OriginAnswer): number | undefined {
  const [, minutes, seconds = ":00"] = INSTANT.exec(field("x-ratelimit-reset") ?? "") ?? [];
  if (minutes === undefined) return undefined;
  const resetMs = parseInstant(`${minutes}${seconds}Z`) - nowMs;
  return Number.isFinite(resetMs) ? Math.max(0, resetMs) : undefined;
}

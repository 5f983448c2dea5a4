// Facebook's Graph API and Marketing API: usage in percent of rolling budgets, and refusals as HTTP 400 (or 403, or 429) with
// an error code (developers.facebook.com/docs/graph-api/overview/rate-limiting). A 400 with any other code is the caller's
// own error and no throttle. A batch is a 200 whose members each have a status, fields and a body of their own.

import { parseRetryAfter } from "../../http/retry-after.ts";
import {
  member,
  type OriginAnswer,
  type OriginCall,
  parseShortJson,
  type Profile,
  readJson,
  type Reading,
  toAmount,
} from "../reading.ts";
import { findRepeatable } from "./graph-parts.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ENTRIES_MAX = 100;
/** Calls in one batch, by Facebook's own bound. */
const BATCH_MAX = 50;
/** "An unknown error occurred" and "Service temporarily unavailable". */
const TRANSIENT_CODES: ReadonlySet<number> = new Set([1, 2]);
/** "Access token has expired", and its kin. */
const DEAD_TOKEN_CODE = 190;
/** Where a batch is posted: the root, with or without a version. */
const BATCH_PATH = /^\/(?:v\d{1,3}\.\d{1,3}\/?)?$/;
const NODE = /^\/(?:v\d{1,3}\.\d{1,3}\/)?([^/]+)/;

/** The scope whose quota refused, by error code. */
const CODES: Readonly<Record<number, string>> = {
  4: "app",
  17: "user",
  32: "page",
  341: "app",
  368: "user",
  613: "ad-account",
};
/** The error codes of business use cases, one for each kind. */
const BUSINESS_MIN = 80_000;
const BUSINESS_MAX = 80_014;
/** The scope by subcode, where that is more precise. */
const SUBCODES: Readonly<Record<number, string | undefined>> = {
  1504022: "insights-app",
  1504039: "insights-app",
  2446079: "ad-account",
  1487742: "ad-account",
  // So many changes of one kind (an account's spending limit, a set's budget): they stop no other call.
  1885172: undefined,
  1487632: undefined,
};

export const facebookGraph: Profile = {
  scopes: ["app", "user", "page", "business", "ad-account", "insights-app", "insights-account"],
  bodyStatuses: [400, 403, 429, 500, 503],
  readsServed: ({ method, path }) => method === "POST" && BATCH_PATH.test(path),
  parts: { field: "batch", partsMost: BATCH_MAX, findRefused, findRepeatable },
  readingMs: HOUR_MS,
  links: ["paging.next", "paging.previous"],
  linkTexts: ["body"],
  errors: "graph",
  credential: { headers: ["authorization"], query: "access_token" },
  toSubject,
  isTransient: ({ status, body }) => {
    const code = toAmount(member(member(body, "error"), "code")) ?? -1;
    return status >= 400 && TRANSIENT_CODES.has(code);
  },
  isRejected: ({ body }) => member(member(body, "error"), "code") === DEAD_TOKEN_CODE,
  readings: (answer) => {
    const { status, body } = answer;
    if (status === 200 && Array.isArray(body)) return readBatch(body.slice(0, BATCH_MAX), answer);
    return readOne(answer);
  },
};

/** Of the node that is asked for: a page, an ad account, or what belongs to one. `me` is whoever the token is of. */
function toSubject(scope: string, { path, token }: OriginCall): string {
  if (scope === "app" || scope === "insights-app") return "";
  const node = NODE.exec(path)?.[1];
  return scope === "user" || node === undefined || node === "me" ? token : toObjectId(node);
}

/** An ad account is "act_1" in paths and "1" in usage. */
function toObjectId(node: string): string {
  return node.replace(/^act_/, "");
}

function readOne(answer: OriginAnswer): readonly Reading[] {
  const usage = readUsage(answer);
  return [...usage, ...readRefusal(answer, usage)];
}

/** Where every member was refused nothing was done; else those which were are a part. */
function readBatch(members: readonly unknown[], { field, nowMs }: OriginAnswer): readonly Reading[] {
  const read = members.map((one) => readOne(toMemberAnswer(one, nowMs)));
  const isPart = !read.every((readings) => readings.some(({ isRefused }) => isRefused));
  return [
    ...readUsage({ status: 200, field, nowMs }),
    ...read.flatMap((one) => (isPart ? one.map(toPart) : one)),
  ];
}

function findRefused(answer: unknown, nowMs: number): readonly number[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  return answer.slice(0, BATCH_MAX).flatMap((one: unknown, place) => {
    const readings = readOne(toMemberAnswer(one, nowMs));
    return readings.some(({ isRefused }) => isRefused) ? [place] : [];
  });
}

function toPart(reading: Reading): Reading {
  return reading.isRefused === true ? { ...reading, isPart: true } : reading;
}

/** `null` is a member that took too long. */
function toMemberAnswer(one: unknown, nowMs: number): OriginAnswer {
  const fields = member(one, "headers");
  const text = member(one, "body");
  const field = (name: string): string | undefined => {
    const found: unknown = Array.isArray(fields)
      ? fields.find((given: unknown) => String(member(given, "name")).toLowerCase() === name)
      : undefined;
    const value = member(found, "value");
    return typeof value === "string" ? value : undefined;
  };
  const body = typeof text === "string" ? parseShortJson(text) : undefined;
  return { status: toAmount(member(one, "code")) ?? 0, field, body, nowMs };
}

function readUsage(answer: OriginAnswer): readonly Reading[] {
  const account = readJson(answer, "x-ad-account-usage");
  const business = toBusinesses(readJson(answer, "x-business-use-case-usage"));
  const insights = readJson(answer, "x-fb-ads-insights-throttle");
  const readings: readonly Reading[] = [
    toUsage("app", [readJson(answer, "x-app-usage")]),
    toUsage("user", [readJson(answer, "x-user-usage")]),
    toUsage("page", [readJson(answer, "x-page-usage")]),
    toUsage("business", business.flatMap(([, entries]) => entries).slice(0, ENTRIES_MAX)),
    ...business.map(([subject, entries]) => toUsage("business", entries, subject)),
    toUtilisation("ad-account", member(account, "acc_id_util_pct"), member(account, "reset_time_duration")),
    toUtilisation("insights-app", member(insights, "app_id_util_pct")),
    toUtilisation("insights-account", member(insights, "acc_id_util_pct")),
  ];
  return readings.filter(({ usagePercent }) => usagePercent !== undefined);
}

/** The worst of some entries: calls are refused when any of the three is used up. */
function toUsage(scope: string, entries: readonly unknown[], subject?: string): Reading {
  const used = entries
    .flatMap((entry) => ["call_count", "total_time", "total_cputime"].map((name) => member(entry, name)))
    .map(toAmount)
    .filter((amount) => amount !== undefined);
  const minutes = Math.max(
    0,
    ...entries.map((entry) => toAmount(member(entry, "estimated_time_to_regain_access")) ?? 0),
  );
  return {
    scope,
    ...(subject === undefined ? {} : { subject }),
    usagePercent: used.length === 0 ? undefined : Math.max(...used),
    stopMs: minutes > 0 ? minutes * MINUTE_MS : undefined,
  };
}

/** `{ "<business object>": [{ type, call_count, ... }] }`: an answer names every quota that its call counted against. */
function toBusinesses(usage: unknown): readonly (readonly [id: string, entries: readonly unknown[]])[] {
  if (typeof usage !== "object" || usage === null) return [];
  return Object.entries(usage)
    .slice(0, ENTRIES_MAX)
    .map(([id, entries]) => [id, (Array.isArray(entries) ? entries : []).slice(0, ENTRIES_MAX)]);
}

/** The reset counts only once all is used: what is left until then comes back in a rolling way. */
function toUtilisation(scope: string, percent: unknown, resetSeconds?: unknown): Reading {
  const usagePercent = toAmount(percent);
  const seconds = toAmount(resetSeconds) ?? 0;
  const isUsedUp = usagePercent !== undefined && usagePercent >= 100 && seconds > 0;
  return { scope, usagePercent, stopMs: isUsedUp ? seconds * 1_000 : undefined };
}

/** The refusal, with the time to regain access that the same answer names. */
function readRefusal(answer: OriginAnswer, usage: readonly Reading[]): readonly Reading[] {
  const { status, body, field, nowMs } = answer;
  if (status < 400) return [];
  const scope = toRefusingScope(status, member(body, "error"));
  const regainMs = Math.max(0, ...usage.map((reading) => reading.stopMs ?? 0)) || undefined;
  const stopMs = regainMs ?? parseRetryAfter(field("retry-after"), nowMs);
  return scope === undefined ? [] : [{ scope, stopMs, isRefused: true }];
}

function toRefusingScope(status: number, error: unknown): string | undefined {
  const code = toAmount(member(error, "code"));
  const subcode = toAmount(member(error, "error_subcode")) ?? -1;
  // A 429 without a code is not of the API itself, but of what stands before it.
  if (code === undefined) return status === 429 ? "app" : undefined;
  const isBusiness = code >= BUSINESS_MIN && code <= BUSINESS_MAX;
  const known = isBusiness ? "business" : CODES[code];
  // A subcode alone says nothing.
  return known !== undefined && Object.hasOwn(SUBCODES, subcode) ? SUBCODES[subcode] : known;
}

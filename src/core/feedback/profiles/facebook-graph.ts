// Facebook's Graph API and Marketing API: usage in percent of rolling budgets, and refusals as HTTP 400 (or 403) with an
// error code (developers.facebook.com/docs/graph-api/overview/rate-limiting). A 400 with any other code is the caller's
// own error and no throttle.

import { member, type OriginAnswer, type Profile, readJson, type Reading, toAmount } from "../reading.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const ENTRIES_MAX = 100;

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
  bodyStatuses: [400, 403],
  readingMs: HOUR_MS,
  errors: "graph",
  readings: (answer) => {
    const usage = readUsage(answer);
    return [...usage, ...readRefusal(answer, usage)];
  },
};

function readUsage(answer: OriginAnswer): readonly Reading[] {
  const account = readJson(answer, "x-ad-account-usage");
  const insights = readJson(answer, "x-fb-ads-insights-throttle");
  const readings: readonly Reading[] = [
    toUsage("app", [readJson(answer, "x-app-usage")]),
    toUsage("page", [readJson(answer, "x-page-usage")]),
    toUsage("business", toBusinessEntries(readJson(answer, "x-business-use-case-usage"))),
    toUtilisation("ad-account", member(account, "acc_id_util_pct"), member(account, "reset_time_duration")),
    toUtilisation("insights-app", member(insights, "app_id_util_pct")),
    toUtilisation("insights-account", member(insights, "acc_id_util_pct")),
  ];
  return readings.filter(({ usagePercent }) => usagePercent !== undefined);
}

/** The worst of some entries: calls are refused when any of the three is used up. */
function toUsage(scope: string, entries: readonly unknown[]): Reading {
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
    usagePercent: used.length === 0 ? undefined : Math.max(...used),
    stopMs: minutes > 0 ? minutes * MINUTE_MS : undefined,
  };
}

/** `{ "<business object>": [{ type, call_count, ... }] }`: an answer names every quota that its call counted against. */
function toBusinessEntries(usage: unknown): readonly unknown[] {
  if (typeof usage !== "object" || usage === null) return [];
  return Object.values(usage).flat().slice(0, ENTRIES_MAX);
}

/** The reset counts only once all is used: what is left until then comes back in a rolling way. */
function toUtilisation(scope: string, percent: unknown, resetSeconds?: unknown): Reading {
  const usagePercent = toAmount(percent);
  const seconds = toAmount(resetSeconds) ?? 0;
  const isUsedUp = usagePercent !== undefined && usagePercent >= 100 && seconds > 0;
  return { scope, usagePercent, stopMs: isUsedUp ? seconds * 1_000 : undefined };
}

/** The refusal, with the time to regain access that the same answer names. */
function readRefusal({ body }: OriginAnswer, usage: readonly Reading[]): readonly Reading[] {
  const error = member(body, "error");
  const code = toAmount(member(error, "code")) ?? -1;
  const subcode = toAmount(member(error, "error_subcode")) ?? -1;
  const isBusiness = code >= BUSINESS_MIN && code <= BUSINESS_MAX;
  const known = isBusiness ? "business" : CODES[code];
  const scope = Object.hasOwn(SUBCODES, subcode) ? SUBCODES[subcode] : known;
  const stopMs = Math.max(0, ...usage.map((reading) => reading.stopMs ?? 0)) || undefined;
  return scope === undefined || known === undefined ? [] : [{ scope, stopMs, isRefused: true }];
}

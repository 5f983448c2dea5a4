// Shopify's Admin API, for one app and shop. REST: a bucket of calls that says `32/40` in each answer. GraphQL: a bucket of
// points, told in the body of each answer (`extensions.cost.throttleStatus`), where a refusal is a 200 with the code
// THROTTLED. Both refill within 20 seconds on every plan (shopify.dev/docs/api/usage/limits).

import { parseRetryAfter } from "../../http/retry-after.ts";
import { member, type OriginAnswer, type Profile, type Reading, toAmount } from "../reading.ts";

const REST = "rest";
const GRAPHQL = "graphql";
/** 40 calls at 2 a second, 80 at 4, 400 at 20; 2,000 points at 100 a second, and so on. */
const REFILL_MS = 20_000;
const GRAPHQL_PATH = /\/graphql\.json$/;
const ERRORS_MAX = 20;

export const shopify: Profile = {
  scopes: [REST, GRAPHQL],
  bodyStatuses: [],
  readsServed: ({ path }) => GRAPHQL_PATH.test(path),
  readingMs: REFILL_MS,
  windowsMs: { [REST]: REFILL_MS, [GRAPHQL]: REFILL_MS },
  credential: { headers: ["x-shopify-access-token"] },
  toSubject: (scope, { path, token }) => {
    const own = GRAPHQL_PATH.test(path) ? GRAPHQL : REST;
    return scope === own ? token : undefined;
  },
  readings: (answer) => [...readRest(answer), ...readGraphql(answer)],
};

function readRest({ status, field, nowMs }: OriginAnswer): readonly Reading[] {
  const [, used, limit] = /^(\d{1,9})\/(\d{1,9})$/.exec(field("x-shopify-shop-api-call-limit") ?? "") ?? [];
  const most = Number(limit ?? 0);
  const usage = most > 0 ? [{ scope: REST, usagePercent: (Number(used) / most) * 100, limit: most }] : [];
  if (status !== 429 && status !== 430) return usage;
  // In seconds with a decimal: "2.0".
  const wait = (field("retry-after") ?? "").replace(/\.0$/, "");
  return [...usage, { scope: REST, stopMs: parseRetryAfter(wait, nowMs), isRefused: true }];
}

/** Points: how many calls they are is known of none before it was made. */
function readGraphql({ body }: OriginAnswer): readonly Reading[] {
  const cost = member(member(body, "extensions"), "cost");
  const state = member(cost, "throttleStatus");
  const most = toAmount(member(state, "maximumAvailable")) ?? 0;
  const left = toAmount(member(state, "currentlyAvailable"));
  const rate = toAmount(member(state, "restoreRate")) ?? 0;
  if (most === 0 || left === undefined) return isThrottled(body) ? [{ scope: GRAPHQL, isRefused: true }] : [];
  const wanted = toAmount(member(cost, "requestedQueryCost")) ?? 1;
  const usage: Reading = { scope: GRAPHQL, usagePercent: Math.max(0, (1 - left / most) * 100) };
  if (!isThrottled(body)) return [{ ...usage, limit: toCalls(most, wanted) }];
  const waitMs = rate > 0 ? Math.max(0, (wanted - left) / rate) * 1_000 : 0;
  return [{ ...usage, stopMs: waitMs || undefined, isRefused: true }];
}

/** How many calls like this one the whole bucket is. */
function toCalls(points: number, wanted: number): number {
  return Math.max(1, Math.floor(points / Math.max(1, wanted)));
}

function isThrottled(body: unknown): boolean {
  const errors = member(body, "errors");
  if (!Array.isArray(errors)) return false;
  return errors
    .slice(0, ERRORS_MAX)
    .some((error: unknown) => member(member(error, "extensions"), "code") === "THROTTLED");
}

// The valibot schema of headgate.config.ts: shapes, defaults and bounds. What one key alone cannot tell (a policy's
// options, references between keys) is in parse-policies.ts and parse-routes.ts.

import * as v from "valibot";
import { accessList } from "../access/access-list.ts";
import { alertsSchema } from "../alerts/alert-settings.ts";
import { batchSchema } from "../batch/batch-schema.ts";
import { authSchema } from "../consumers/auth-schema.ts";
import { corsRule } from "../cors/cors-settings.ts";
import { FUNCTIONS_MAX } from "../functions/parse-functions.ts";
import { errorsRule } from "../errors/errors-schema.ts";
import { logSchema } from "../log/log-settings.ts";
import { deniedAnswer } from "../policies/denied-answer.ts";
import { portalSchema } from "../portal/portal-settings.ts";
import { RETRY_JITTER_PERCENT_MAX } from "../policies/rate-limit-headers.ts";
import { reputationSchema } from "../reputation/reputation-settings.ts";
import { object } from "../schema/parse-with.ts";
import { statsRule } from "../stats/stats-settings.ts";
import {
  duration,
  integerBetween,
  NAME,
  NAME_WANTED,
  objectOf,
  oneOf,
  ownPath,
  switchedOn,
  textLike,
} from "../schema/primitives.ts";

export const POLICIES_MAX = 100;
export const ROUTES_MAX = 1_000;
const POOLS_MAX = 32;
const TIERS_MAX = 100;
const SHARDS_MAX = 4_096;

export const configSchema = object({
  // parse-origin.ts reads it, unless a variable says another.
  origin: v.optional(v.unknown()),
  origins: v.optional(objectOf("origin pools", POOLS_MAX), {}),
  name: v.optional(textLike(NAME, NAME_WANTED), "headgate"),
  caseSensitive: v.optional(switchedOn, false),
  encodedSlash: v.optional(oneOf(["reject", "keep"]), "reject"),
  mergeSlashes: v.optional(switchedOn, true),
  headers: v.optional(
    object({
      draft: v.optional(switchedOn, true),
      shadow: v.optional(switchedOn, false),
      serverTiming: v.optional(switchedOn, false),
      retryJitterPercent: v.optional(integerBetween(0, RETRY_JITTER_PERCENT_MAX), 0),
    }),
    {},
  ),
  headerBytesMax: v.optional(integerBetween(1_024, 131_072), 32_768),
  requestTimeout: v.optional(duration, "30s"),
  log: v.optional(logSchema, {}),
  alerts: v.optional(alertsSchema, []),
  admin: v.optional(object({ prefix: v.optional(ownPath, "/__headgate/v1") }), {}),
  batch: v.optional(batchSchema),
  counters: v.optional(object({ shards: v.optional(integerBetween(1, SHARDS_MAX), 64) }), {}),
  auth: v.optional(authSchema, {}),
  access: v.optional(accessList),
  cors: v.optional(corsRule, "origin"),
  stats: v.optional(statsRule, {}),
  reputation: v.optional(reputationSchema),
  portal: v.optional(portalSchema),
  denied: v.optional(deniedAnswer),
  errors: v.optional(errorsRule, "problem"),
  // parse-functions.ts reads them.
  functions: v.optional(objectOf("functions", FUNCTIONS_MAX), {}),
  tiers: v.optional(objectOf("tiers", TIERS_MAX), {}),
  policies: objectOf("policies", POLICIES_MAX),
  routes: v.pipe(
    v.array(v.unknown(), "must be a list of routes"),
    v.minLength(1, "must have at least one route"),
    v.maxLength(ROUTES_MAX, `must have at most ${ROUTES_MAX} routes`),
  ),
});

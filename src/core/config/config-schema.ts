// The valibot schema of headgate.config.ts: shapes, defaults and bounds. What one key alone cannot tell (a policy's
// options, references between keys) is in parse-policies.ts and parse-routes.ts.

import * as v from "valibot";
import { routeCost } from "../policies/route-cost.ts";
import { settleRule } from "../policies/settle-rule.ts";
import { accessList } from "../access/access-list.ts";
import { algorithms } from "../algorithms/registry.ts";
import type { BanSettings } from "../counters/ban.ts";
import { cacheSettings } from "../cache/cache-settings.ts";
import { policyNames, priority, whenLimited } from "../outbound/outbound-schema.ts";
import { host, prefix } from "../origins/pool-schema.ts";
import { authSchema } from "../consumers/auth-schema.ts";
import { batchSchema } from "../batch/batch-schema.ts";
import { shapeEntries } from "../shape/shape-schema.ts";
import { object } from "../schema/parse-with.ts";
import {
  duration,
  integerBetween,
  listOf,
  method,
  objectOf,
  oneOf,
  ownPath,
  switchedOn,
  textLike,
} from "../schema/primitives.ts";

export const POLICIES_MAX = 100;
export const ROUTES_MAX = 1_000;
const POOLS_MAX = 32;
const BANS_MAX = 10;
const TIERS_MAX = 100;
const SCOPES_MAX = 20;
const SHARDS_MAX = 4_096;
// Without flags: JSON Schema has none.
export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const NAME_WANTED = "must be a name of at most 64 letters, digits, '.', '_' and '-'";
const SHARE_WANTED = "must be a share from 0 to 1";

const share = v.pipe(v.number(SHARE_WANTED), v.minValue(0, SHARE_WANTED), v.maxValue(1, SHARE_WANTED));

/** `{ after: 20, window: "1m", for: ["1m", "10m", "1h"] }`: how a policy answers a key that goes on after being denied. */
const banRule = v.pipe(
  object({
    after: integerBetween(1, 1_000_000),
    window: v.optional(duration, "1m"),
    for: v.optional(listOf(duration, "duration", BANS_MAX), ["1m", "10m", "1h"]),
  }),
  v.transform(({ after, window, for: forMs }): BanSettings => ({ after, windowMs: window, forMs })),
);

/** What every policy has, whatever its algorithm. The algorithm's own options are checked by its parseConfig. */
export const policyBase = {
  algorithm: oneOf(Object.keys(algorithms)),
  key: v.unknown(),
  onMissing: v.optional(oneOf(["skip", "shared", "deny"]), "shared"),
  onError: v.optional(oneOf(["local", "open", "closed"]), "local"),
  timeoutMs: v.optional(integerBetween(1, 60_000), 500),
  consistency: v.optional(oneOf(["auto", "exact"]), "auto"),
  mode: v.optional(oneOf(["enforce", "shadow"]), "enforce"),
  enforcePercent: v.optional(integerBetween(0, 100), 100),
  settle: v.optional(settleRule),
  ban: v.optional(banRule),
  // parse-variants.ts reads them: they are the algorithm's to check.
  limits: v.optional(v.unknown()),
};

export const routeSchema = object({
  path: v.string("must be a path pattern"),
  methods: v.optional(listOf(method, "method")),
  hosts: v.optional(listOf(host, "host")),
  policies: v.optional(policyNames, []),
  cost: v.optional(routeCost, 1),
  cache: v.optional(cacheSettings),
  origin: v.optional(v.string("must be the name of an origin pool")),
  priority: v.optional(priority, "normal"),
  whenLimited: v.optional(whenLimited),
  timeout: v.optional(duration, "30s"),
  bodyTimeout: v.optional(duration),
  totalTimeout: v.optional(duration),
  auth: v.optional(oneOf(["none", "optional", "required"]), "none"),
  scopes: v.optional(
    v.pipe(
      // RFC 6749 section 3.3.
      v.array(
        textLike(/^[!#-[\]-~]{1,128}$/, "must be a scope without spaces, quotes and backslashes"),
        "must be a list of scopes",
      ),
      v.maxLength(SCOPES_MAX, `must name at most ${SCOPES_MAX} scopes`),
    ),
    [],
  ),
  forwardCredential: v.optional(switchedOn, false),
  access: v.optional(accessList),
  stripPrefix: v.optional(prefix),
  ...shapeEntries,
});

export const configSchema = object({
  // parse-origin.ts reads it, unless a variable says another.
  origin: v.optional(v.unknown()),
  origins: v.optional(objectOf("origin pools", POOLS_MAX), {}),
  name: v.optional(textLike(NAME, NAME_WANTED), "headgate"),
  caseSensitive: v.optional(switchedOn, false),
  encodedSlash: v.optional(oneOf(["reject", "keep"]), "reject"),
  headers: v.optional(
    object({ draft: v.optional(switchedOn, true), shadow: v.optional(switchedOn, false) }),
    {},
  ),
  headerBytesMax: v.optional(integerBetween(1_024, 131_072), 32_768),
  log: v.optional(
    object({
      denied: v.optional(share, 1),
      shadow: v.optional(share, 1),
      degraded: v.optional(share, 1),
      failed: v.optional(share, 1),
    }),
    {},
  ),
  admin: v.optional(object({ prefix: v.optional(ownPath, "/__headgate/v1") }), {}),
  batch: v.optional(batchSchema),
  counters: v.optional(object({ shards: v.optional(integerBetween(1, SHARDS_MAX), 64) }), {}),
  auth: v.optional(authSchema, {}),
  access: v.optional(accessList),
  tiers: v.optional(objectOf("tiers", TIERS_MAX), {}),
  policies: objectOf("policies", POLICIES_MAX),
  routes: v.pipe(
    v.array(v.unknown(), "must be a list of routes"),
    v.minLength(1, "must have at least one route"),
    v.maxLength(ROUTES_MAX, `must have at most ${ROUTES_MAX} routes`),
  ),
});

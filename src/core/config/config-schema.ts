// The valibot schema of headgate.config.ts: shapes, defaults and bounds. What one key alone cannot tell (a policy's own
// options, references between keys) is in parse-policies.ts and parse-routes.ts.

import * as v from "valibot";
import { algorithms } from "../algorithms/registry.ts";
import { cacheSettings } from "../cache/cache-settings.ts";
import { object } from "./parse-with.ts";
import { duration, integerBetween, LIMIT_MAX, oneOf, switchedOn } from "./primitives.ts";

export const POLICIES_MAX = 100;
export const ROUTES_MAX = 1_000;
const POLICIES_PER_ROUTE_MAX = 16;
const SHARDS_MAX = 4_096;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const HOST = /^[a-z0-9](?:[a-z0-9.-]{0,252}[a-z0-9])?$|^\[[0-9a-f:.]+\]$/;

const share = v.pipe(
  v.number("must be a share from 0 to 1"),
  v.minValue(0, "must be a share from 0 to 1"),
  v.maxValue(1, "must be a share from 0 to 1"),
);

const named = "must be a name of letters, digits, '.', '_' and '-'";

/** What every policy has, whatever its algorithm. The algorithm's own options are checked by its parseConfig. */
export const policyBase = {
  algorithm: oneOf(Object.keys(algorithms)),
  key: v.unknown(),
  onMissing: v.optional(oneOf(["skip", "shared", "deny"]), "shared"),
  onError: v.optional(oneOf(["local", "open", "closed"]), "local"),
  timeoutMs: v.optional(integerBetween(1, 60_000), 500),
};

export const routeSchema = object({
  path: v.string("must be a path pattern"),
  methods: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.regex(METHOD, 'must be a method such as "GET"')),
        "must be a list of methods",
      ),
      v.minLength(1, "must name at least one method"),
    ),
  ),
  hosts: v.optional(
    v.pipe(
      v.array(
        v.pipe(v.string(), v.regex(HOST, "must be a lower-case host without a port")),
        "must be a list of hosts",
      ),
      v.minLength(1, "must name at least one host"),
    ),
  ),
  policies: v.optional(
    v.pipe(
      v.array(v.string("must be a policy's name"), "must be a list of policies' names"),
      v.maxLength(POLICIES_PER_ROUTE_MAX, `must name at most ${POLICIES_PER_ROUTE_MAX} policies`),
    ),
    [],
  ),
  cost: v.optional(integerBetween(0, LIMIT_MAX), 1),
  cache: v.optional(cacheSettings),
  timeout: v.optional(duration, "30s"),
});

export const configSchema = object({
  origin: v.unknown(),
  name: v.optional(v.pipe(v.string(named), v.regex(NAME, named)), "headgate"),
  caseSensitive: v.optional(switchedOn, false),
  encodedSlash: v.optional(oneOf(["reject", "keep"]), "reject"),
  headers: v.optional(object({ draft: v.optional(switchedOn, true) }), {}),
  headerBytesMax: v.optional(integerBetween(1_024, 131_072), 32_768),
  log: v.optional(
    object({ denied: v.optional(share, 1), degraded: v.optional(share, 1), failed: v.optional(share, 1) }),
    {},
  ),
  counters: v.optional(object({ shards: v.optional(integerBetween(1, SHARDS_MAX), 64) }), {}),
  policies: v.pipe(
    v.record(
      v.pipe(v.string(), v.regex(NAME, named)),
      v.looseObject({}, "must be an object"),
      "must be an object of policies",
    ),
    v.check(
      (policies) => Object.keys(policies).length <= POLICIES_MAX,
      `must name at most ${POLICIES_MAX} policies`,
    ),
  ),
  routes: v.pipe(
    v.array(v.unknown(), "must be a list of routes"),
    v.minLength(1, "must have at least one route"),
    v.maxLength(ROUTES_MAX, `must have at most ${ROUTES_MAX} routes`),
  ),
});

// The valibot schemas of outbound limits, for a pool and for a route: shapes, defaults and bounds.

import * as v from "valibot";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { policyNames } from "../schema/policy-names.ts";
import { duration, integerBetween, oneOf } from "../schema/primitives.ts";
import { requestHeader } from "../http/header-name.ts";
import { routeCost } from "../policies/route-cost.ts";
import { LIMITED_WAYS } from "./outbound-settings.ts";
import { PRIORITIES } from "./priority.ts";

const LENGTH_MAX = 1_000;

export const priority = oneOf(PRIORITIES);

const WAYS_WANTED = "must be a list of ways, each once";
export const whenLimited = v.pipe(
  listOf(oneOf(LIMITED_WAYS), "way"),
  v.check((ways) => new Set(ways).size === ways.length, WAYS_WANTED),
);

const byName = v.record(v.string(), priority, "must be an object of priorities");

/** A pool's keys. */
export const outboundEntries = {
  policies: v.optional(policyNames, []),
  cost: v.optional(routeCost, 1),
  whenLimited: v.optional(whenLimited, ["queue", "stale", "reject"]),
  queue: v.optional(
    object({
      waitMax: v.optional(duration, "10s"),
      lengthMax: v.optional(integerBetween(1, LENGTH_MAX), 100),
      share: v.optional(integerBetween(1, 100), 100),
    }),
    {},
  ),
  priority: v.optional(
    object({
      consumers: v.optional(byName, {}),
      tiers: v.optional(byName, {}),
      header: v.optional(requestHeader),
      headerMax: v.optional(priority, "normal"),
    }),
    {},
  ),
};

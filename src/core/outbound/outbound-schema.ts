// The valibot schemas of outbound limits, for a pool and for a route: shapes, defaults and bounds.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { duration, integerBetween, oneOf } from "../schema/primitives.ts";
import { foldName } from "../http/field-name.ts";
import { TOKEN } from "../keys/key-extractor.ts";
import { routeCost } from "../policies/route-cost.ts";
import { LIMITED_WAYS } from "./outbound-settings.ts";
import { PRIORITIES } from "./priority.ts";

const POLICIES_MAX = 16;
const LENGTH_MAX = 1_000;

export const policyNames = v.pipe(
  v.array(v.string("must be a policy's name"), "must be a list of policies' names"),
  v.maxLength(POLICIES_MAX, `must name at most ${POLICIES_MAX} policies`),
);

export const priority = oneOf(PRIORITIES);

const WAYS_WANTED = "must be a list of ways, each once";
export const whenLimited = v.pipe(
  v.array(oneOf(LIMITED_WAYS), WAYS_WANTED),
  v.minLength(1, "must name at least one way"),
  v.check((ways) => new Set(ways).size === ways.length, WAYS_WANTED),
);

const byName = v.record(v.string(), priority, "must be an object of priorities");
const HEADER_WANTED = "must be a header's name";

/** A pool's keys. */
export const outboundEntries = {
  policies: v.optional(policyNames, []),
  cost: v.optional(routeCost, 1),
  whenLimited: v.optional(whenLimited, ["queue", "stale", "reject"]),
  queue: v.optional(
    object({
      waitMax: v.optional(duration, "10s"),
      lengthMax: v.optional(integerBetween(1, LENGTH_MAX), 100),
    }),
    {},
  ),
  priority: v.optional(
    object({
      consumers: v.optional(byName, {}),
      tiers: v.optional(byName, {}),
      header: v.optional(
        v.pipe(v.string(HEADER_WANTED), v.regex(TOKEN, HEADER_WANTED), v.transform(foldName)),
      ),
      headerMax: v.optional(priority, "normal"),
    }),
    {},
  ),
};

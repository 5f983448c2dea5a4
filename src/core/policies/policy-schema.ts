// The valibot schema of what every policy has, whatever its algorithm. parse-policies.ts reads the rest.

import * as v from "valibot";
import { algorithms } from "../algorithms/registry.ts";
import type { BanSettings } from "../counters/ban.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { duration, integerBetween, oneOf } from "../schema/primitives.ts";
import { policyCost } from "./policy-cost.ts";
import { settleRule } from "./settle-rule.ts";

const BANS_MAX = 10;

/** `{ after: 20, window: "1m", for: ["1m", "10m", "1h"] }`: how a policy answers a key that goes on after being denied. */
const banRule = v.pipe(
  object({
    after: integerBetween(1, 1_000_000),
    window: v.optional(duration, "1m"),
    for: v.optional(listOf(duration, "duration", { most: BANS_MAX }), ["1m", "10m", "1h"]),
  }),
  v.transform(({ after, window, for: forMs }): BanSettings => ({ after, windowMs: window, forMs })),
);

/** What every policy has, whatever its algorithm. The algorithm's own options are checked by its parseConfig. */
export const policyBase = {
  algorithm: oneOf(Object.keys(algorithms)),
  key: v.unknown(),
  onMissing: v.optional(oneOf(["skip", "shared", "deny", "ip"]), "shared"),
  onError: v.optional(oneOf(["local", "local-full", "open", "closed"]), "local"),
  timeoutMs: v.optional(
    integerBetween(1, 60_000, "must be a whole number of milliseconds from 1 to 60000"),
    500,
  ),
  consistency: v.optional(oneOf(["auto", "exact"]), "auto"),
  mode: v.optional(oneOf(["enforce", "shadow"]), "enforce"),
  enforcePercent: v.optional(integerBetween(0, 100), 100),
  cost: v.optional(policyCost),
  settle: v.optional(settleRule),
  ban: v.optional(banRule),
  // parse-variants.ts reads them: they are the algorithm's to check.
  limits: v.optional(v.unknown()),
};

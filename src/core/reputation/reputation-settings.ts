// The settings of a configuration's `reputation`: what counts against a client, and what follows of it.

import * as v from "valibot";
import { isCanonical, toMatchPath } from "../http/canonical-path.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { durationBetween, integerBetween, oneOf, textThat } from "../schema/primitives.ts";
import type { ScoreSettings } from "./score.ts";

/** The tier of anonymous requests whose client is suspect. */
export const SUSPECT_TIER = "suspect";
/** The tier of anonymous requests whose client is trusted. */
export const TRUSTED_TIER = "trusted";

export const BOT_SCORE_DEFAULT = 30;
const POINTS_MAX = 10_000;
const TRAPS_MAX = 100;
const BANS_MAX = 10;

const points = integerBetween(0, POINTS_MAX);
const threshold = integerBetween(1, POINTS_MAX);

/** The points of each signal. */
const signals = object({
  credentialRefused: v.optional(points, 5),
  noRoute: v.optional(points, 1),
  notFound: v.optional(points, 0),
  malformed: v.optional(points, 2),
  denied: v.optional(points, 1),
  trap: v.optional(points, 20),
  bot: v.optional(points, 0),
});

const trap = textThat(isCanonical, 'must be a path without a query or a pattern, such as "/.env"');

export const reputationSchema = v.pipe(
  object({
    key: v.optional(oneOf(["ip"]), "ip"),
    mode: v.optional(oneOf(["shadow", "enforce"]), "shadow"),
    signals: v.optional(signals, {}),
    botScoreBelow: v.optional(integerBetween(2, 99, "must be a bot score, 2 to 99"), BOT_SCORE_DEFAULT),
    halfLife: v.optional(durationBetween("1m", "1d"), "10m"),
    suspect: v.optional(threshold, 30),
    ban: v.optional(threshold, 100),
    banFor: v.optional(listOf(durationBetween("1m", "30d"), "duration", { least: 0, most: BANS_MAX }), [
      "10m",
      "1h",
      "1d",
    ]),
    traps: v.optional(listOf(trap, "path", { least: 0, most: TRAPS_MAX }), []),
    trusted: v.optional(object({ after: v.optional(durationBetween("1h", "30d"), "7d") })),
  }),
  v.forward(
    v.check(({ suspect, ban }) => suspect <= ban, "must not be less than suspect"),
    ["ban"],
  ),
);

export type SignalPoints = v.InferOutput<typeof signals>;

export interface ReputationSettings {
  readonly isShadow: boolean;
  readonly points: SignalPoints;
  /** Requests that the platform's bot management scores below it have the points of `bot`. */
  readonly botScoreBelow: number;
  readonly score: ScoreSettings;
  /** How long a client must have come without a fault to be trusted; undefined: nobody is. */
  readonly trustAfterMs: number | undefined;
  /** In the form that routes are matched by. */
  readonly traps: ReadonlySet<string>;
}

/** undefined: no client has a reputation. */
export function toReputation(
  given: v.InferOutput<typeof reputationSchema> | undefined,
  caseSensitive: boolean,
): ReputationSettings | undefined {
  if (given === undefined) return undefined;
  const { mode, signals: byName, botScoreBelow, halfLife, suspect, ban, banFor, traps, trusted } = given;
  return {
    isShadow: mode === "shadow",
    points: byName,
    botScoreBelow,
    score: { halfLifeMs: halfLife, suspect, ban, banForMs: banFor },
    trustAfterMs: trusted?.after,
    traps: new Set(traps.map((path) => toMatchPath(path, caseSensitive))),
  };
}

// A reputation that changes nothing, and traps that stand where a route leads.

import { matchesPattern } from "../../http/path-pattern.ts";
import { BOT_SCORE_DEFAULT, SUSPECT_TIER, TRUSTED_TIER } from "../../reputation/reputation-settings.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findVainReputation: ConfigCheck = (config) => [
  ...findNothing(config),
  ...findTrust(config),
  ...findScores(config),
  ...findTraps(config),
];

function findNothing({ reputation, tiers }: Config): readonly Finding[] {
  if (reputation === undefined || tiers.includes(SUSPECT_TIER)) return [];
  return reputation.score.banForMs.length === 0
    ? [toProblem("reputation.banFor", "nobody is banned, and no tier suspect has limits: it changes nothing")]
    : [toWarning("reputation.suspect", "no tier suspect has limits: nothing changes before the ban")];
}

function findTrust({ reputation, tiers }: Config): readonly Finding[] {
  if (reputation?.trustAfterMs === undefined || tiers.includes(TRUSTED_TIER)) return [];
  return [toProblem("reputation.trusted", "no tier trusted has limits: nobody gets anything for it")];
}

function findScores({ reputation }: Config): readonly Finding[] {
  if (reputation === undefined || reputation.points.bot > 0) return [];
  if (reputation.botScoreBelow === BOT_SCORE_DEFAULT) return [];
  return [toWarning("reputation.botScoreBelow", "signals.bot is 0: no request has points for its score")];
}

/** A route that takes more than the very path may be meant to have a hole: traps go first. */
function findTraps({ reputation, routes }: Config): readonly Finding[] {
  return [...(reputation?.traps ?? [])].flatMap((trap, index) =>
    routes
      .filter(({ pattern }) => !pattern.isOpen && matchesPattern(pattern, trap))
      .map((route) =>
        toWarning(`reputation.traps.${index}`, `route ${route.name} leads there, and the trap goes first`),
      ),
  );
}

// What a described request says of its client in place of the platform (its network, and what bot management knows), and
// whether the active configuration asks for it: what decides nothing is refused by name, or its answer would be taken for that
// of a request of such a client.

import * as v from "valibot";
import { fingerprint, networkNumber } from "../access/access-list.ts";
import type { Config } from "../config/config.ts";
import type { Problem } from "../result.ts";
import { integerBetween } from "../schema/primitives.ts";

export const describedClient = {
  asn: v.optional(networkNumber),
  botScore: v.optional(integerBetween(1, 99, "must be a bot score, 1 to 99")),
  verifiedBot: v.optional(v.boolean("must be true or false")),
  ja4: v.optional(fingerprint),
};

export interface DescribedClient {
  readonly asn?: number | undefined;
  readonly botScore?: number | undefined;
  readonly verifiedBot?: boolean | undefined;
  readonly ja4?: string | undefined;
}

/** As the platform has them (`request.cf`). */
export function toPlatformFacts({ asn, botScore: score, verifiedBot, ja4 }: DescribedClient): object {
  const isManaged = score !== undefined || verifiedBot !== undefined || ja4 !== undefined;
  return { asn, botManagement: isManaged ? { score, verifiedBot, ja4 } : undefined };
}

export function findVainFacts(described: DescribedClient, config: Config): readonly Problem[] {
  const uses = findUses(config);
  return (["asn", "botScore", "verifiedBot", "ja4"] as const)
    .filter((name) => described[name] !== undefined && !uses[name])
    .map((path) => ({ path, code: "no-effect", message: "nothing in the active configuration asks for it" }));
}

function findUses({
  access,
  routes,
  policies,
  reputation,
  functions,
}: Config): Record<keyof DescribedClient, boolean> {
  const lists = [access, ...routes.flatMap((route) => route.access)].flatMap((list) =>
    [list?.allow, list?.deny].filter((clients) => clients !== undefined),
  );
  const keys = [
    ...policies.flatMap(({ key }) => key),
    ...routes.flatMap(({ authenticate }) => authenticate?.by ?? []),
  ];
  const botScore = lists.some(({ botScoreBelow }) => botScoreBelow > 0) || (reputation?.points.bot ?? 0) > 0;
  const labels = new Set(keys.map(({ label }) => label));
  return {
    // Functions of the configuration get it, and may make what they like of it.
    asn: functions.size > 0 || lists.some(({ asns }) => asns.size > 0) || labels.has("asn"),
    botScore,
    // Who is verified has no score, nor faults of its own.
    verifiedBot: botScore || reputation !== undefined || lists.some(({ verifiedBots }) => verifiedBots),
    ja4: lists.some(({ ja4s }) => ja4s.size > 0) || labels.has("ja4"),
  };
}

// HubSpot's API, for one app and account: so many calls in ten seconds, told in each answer, fewer a second for searches, and
// a daily sum (developers.hubspot.com, "API usage guidelines"). A 429 names the one that is used up in `policyName`.

import { member, type OriginAnswer, type Profile, readInteger, type Reading } from "../reading.ts";

const BURST = "burst";
const SEARCH = "search";
const DAILY = "daily";
const PREFIX = "x-hubspot-ratelimit";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export const hubspot: Profile = {
  scopes: [BURST, SEARCH, DAILY],
  bodyStatuses: [429],
  readingMs: 10_000,
  windowsMs: { [BURST]: 10_000 },
  countsCalls: true,
  credential: { headers: ["authorization"], query: "hapikey" },
  toSubject: (scope, { path, token }) => (scope === SEARCH && !path.endsWith("/search") ? undefined : token),
  readings: (answer) => [...readUsage(answer), ...readRefusal(answer)],
};

/** They roll: what is used comes back bit by bit. */
function readUsage(answer: OriginAnswer): readonly Reading[] {
  const readings = [
    toUsage(BURST, readInteger(answer, `${PREFIX}-max`), readInteger(answer, `${PREFIX}-remaining`)),
    toUsage(DAILY, readInteger(answer, `${PREFIX}-daily`), readInteger(answer, `${PREFIX}-daily-remaining`)),
  ];
  return readings.filter(({ usagePercent }) => usagePercent !== undefined);
}

function toUsage(scope: string, limit = 0, remaining = Infinity): Reading {
  const isKnown = limit > 0 && remaining < Infinity;
  return { scope, limit, usagePercent: isKnown ? Math.max(0, (1 - remaining / limit) * 100) : undefined };
}

function readRefusal({ status, body }: OriginAnswer): readonly Reading[] {
  if (status !== 429) return [];
  const name = member(body, "policyName");
  if (name === "DAILY") return [{ scope: DAILY, probeAfterMs: MINUTE_MS, isRefused: true }];
  const scope = name === "SECONDLY" ? SEARCH : BURST;
  return [{ scope, probeAfterMs: SECOND_MS, isRefused: true }];
}

// How much of a policy's limit its keys have used: of a page of the counter objects that may own them, or of those few that
// isolates reported as the fullest of late.

import { toGoneInMs } from "../core/algorithms/forecast.ts";
import type { HeavyKey } from "../core/counters/counter-messages.ts";
import type { Policy } from "../core/policies/policy.ts";
import { FULLEST_MAX } from "../core/stats/fullest.ts";
import type { StatsKeysAnswer } from "../core/stats/stats-answer.ts";
import type { FullestObject } from "../core/stats/stats-messages.ts";
import { readClock } from "../platform/clock.ts";
import { askStats } from "./ask-stats.ts";
import { askOwners, askTop, countShards, type Owner, type TopPageQuery } from "./find-top-page.ts";
import type { AdminControls } from "./operation.ts";

export async function findKeyShares(
  controls: AdminControls,
  policy: Policy,
  query: TopPageQuery,
): Promise<StatsKeysAnswer> {
  const { next, ...found } = await askTop(controls, policy, query);
  return { ...toAnswer(controls, policy, found), ...(next === undefined ? {} : { next }) };
}

/** Asks at most sixteen objects, and those of statistics for which. */
export async function findFullestKeys(
  controls: AdminControls,
  policy: Policy,
  { limit }: Pick<TopPageQuery, "limit">,
): Promise<StatsKeysAnswer> {
  const { answers } = await askStats(controls.bindings, async (stub) => stub.fullest(policy.name));
  const owners = answers
    .flatMap(({ answer }) => answer)
    .sort((a, b) => b.percent - a.percent)
    .slice(0, FULLEST_MAX)
    .map((full) => toOwner(policy, full));
  // One that has keys of several tiers is asked for each, and answers all of its keys each time.
  const once = [...new Map(owners.map((owner) => [owner.object, owner])).values()];
  const { keys, ...found } = await askOwners(controls, once, limit);
  const nearest = [...keys].sort((a, b) => toShare(b) - toShare(a)).slice(0, limit);
  return toAnswer(controls, policy, { ...found, keys: nearest });
}

const toShare = ({ used, limit }: Pick<HeavyKey, "used" | "limit">): number =>
  limit === 0 ? 1 : used / limit;

function toOwner(policy: Policy, { tier, object }: FullestObject): Owner {
  return { object, policy: policy.tiers.get(tier) ?? policy };
}

function toAnswer(
  controls: AdminControls,
  policy: Policy,
  { keys, shares, objects }: Awaited<ReturnType<typeof askOwners>>,
): StatsKeysAnswer {
  return {
    policy: policy.name,
    keys: shares.reduce((sum, count) => sum + count, 0),
    shares: [...shares],
    items: keys.map((key) => toItem(policy, key)),
    objects: { ...objects, sharded: countShards(controls, policy) },
  };
}

function toItem(
  policy: Policy,
  { key, used, limit, resetMs, object }: HeavyKey & { readonly object: string },
): StatsKeysAnswer["items"][number] {
  const remaining = Math.max(0, limit - used);
  const goneInMs = toGoneInMs(policy, { used, remaining, resetMs }, readClock());
  const item = { key, limit, used, remaining, resetMs, share: toShare({ used, limit }), object };
  return goneInMs === undefined ? item : { ...item, goneInMs };
}

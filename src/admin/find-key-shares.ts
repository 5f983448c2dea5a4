// How much of a policy's limit its keys have used: of a page of the counter objects that may own them.

import type { Policy } from "../core/policies/policy.ts";
import type { StatsKeysAnswer } from "../core/stats/stats-answer.ts";
import { askTop, type TopPageQuery } from "./find-top-page.ts";
import type { AdminControls } from "./operation.ts";

export async function findKeyShares(
  controls: AdminControls,
  policy: Policy,
  query: TopPageQuery,
): Promise<StatsKeysAnswer> {
  const { keys, shares, objects, next } = await askTop(controls, policy, query);
  return {
    policy: policy.name,
    keys: shares.reduce((sum, count) => sum + count, 0),
    shares: [...shares],
    items: keys.map(({ key, used, limit, resetMs, object }) => ({
      key,
      limit,
      used,
      remaining: Math.max(0, limit - used),
      resetMs,
      share: limit === 0 ? 1 : used / limit,
      object,
    })),
    objects,
    ...(next === undefined ? {} : { next }),
  };
}

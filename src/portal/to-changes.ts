// What is going to change: limits, by what the configuration announces and by overrides that end, and routes that will end.

import type { Config } from "../core/config/config.ts";
import type { ShownChange, ShownRetirement } from "../core/portal/portal-answer.ts";
import type { Route } from "../core/routes/route.ts";
import type { EndingLimit } from "./show-limits.ts";

interface Given {
  readonly config: Pick<Config, "portal">;
  readonly tier: string | undefined;
  readonly nowMs: number;
}

/** The next one first. */
export function toChanges(
  limits: readonly Pick<EndingLimit, "policy" | "ends">[],
  { config, tier, nowMs }: Given,
): readonly ShownChange[] {
  const names = new Set(limits.map(({ policy }) => policy));
  const announced = (config.portal?.announced ?? [])
    .filter((change) => names.has(change.policy) && change.from > nowMs)
    .filter((change) => change.tier === undefined || change.tier === tier)
    .map(({ policy, limit, from, note }) => ({ policy, limit, fromMs: from, note }));
  const ending = limits.flatMap(({ policy, ends }) =>
    ends === undefined ? [] : [{ policy, limit: ends.limit, fromMs: ends.atMs, note: undefined }],
  );
  return [...announced, ...ending].sort((one, other) => one.fromMs - other.fromMs);
}

const RETIRING_MAX = 100;

/** The next to end first, those last whose end nobody has said. */
export function listRetiring(
  routes: readonly Pick<Route, "name" | "retirement">[],
): readonly ShownRetirement[] {
  return routes
    .flatMap(({ name: route, retirement }): readonly ShownRetirement[] => {
      if (retirement === undefined) return [];
      const { deprecatedMs, sunsetMs, page } = retirement;
      return [{ route, deprecatedMs, sunsetMs, page }];
    })
    .sort((one, other) => (one.sunsetMs ?? Infinity) - (other.sunsetMs ?? Infinity) || 0)
    .slice(0, RETIRING_MAX);
}

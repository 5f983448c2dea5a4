// Limits that are going to change: what the configuration announces, and overrides that end.

import type { Config } from "../core/config/config.ts";
import type { ShownChange } from "../core/portal/portal-answer.ts";
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

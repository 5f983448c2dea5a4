// Limits that are going to change: what the configuration announces, and overrides that end.

import type { Config } from "../core/config/config.ts";
import type { ShownLimit } from "./show-limits.ts";

export interface ShownChange {
  readonly policy: string;
  readonly limit: number | "unlimited";
  readonly fromMs: number;
  readonly note: string | undefined;
}

interface Given {
  readonly config: Pick<Config, "portal">;
  readonly tier: string | undefined;
  readonly nowMs: number;
}

/** The next one first. */
export function toChanges(
  limits: readonly Pick<ShownLimit, "policy" | "ends">[],
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

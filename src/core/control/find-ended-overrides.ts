// Which overrides a new configuration leaves without effect: their policy, tier or key is gone, or the policy takes no such
// limits any more. Those that have none now either are left out.

import type { Config } from "../config/config.ts";
import type { Problem } from "../result.ts";
import { checkEntry, type Vain } from "./check-entry.ts";
import type { Override } from "./entries.ts";

interface Change {
  readonly before: Config;
  readonly after: Config;
  readonly nowMs: number;
}

/** One problem for each of them. */
export function findEndedOverrides(
  overrides: readonly Override[],
  { before, after, nowMs }: Change,
): readonly Problem[] {
  const isOver = ({ expiresAtMs = Infinity }: Override): boolean => expiresAtMs <= nowMs;
  const find = (override: Override, config: Config): Vain | undefined =>
    checkEntry("overrides", override, { config, nowMs, hasDenials: false }).find(
      ({ severity }) => severity !== "doubtful",
    );
  return overrides.flatMap((override) => {
    const found = isOver(override) ? undefined : find(override, after);
    if (found === undefined || find(override, before) !== undefined) return [];
    const message = `is for ${toTarget(override)} of policy ${JSON.stringify(override.policy)}, and has no effect with this configuration: ${found.path} ${found.message}`;
    return [{ path: `overrides.${override.id}`, code: found.code, message }];
  });
}

function toTarget({ key, tier }: Override): string {
  if (key !== undefined) return `key ${JSON.stringify(key.join(" "))}`;
  return tier === undefined ? "everybody" : `tier ${JSON.stringify(tier)}`;
}

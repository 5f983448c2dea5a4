// A policy with other limits: what a tier, an override or a context changes of it. The key, the algorithm and the name
// stay, so what was used stays used.

import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms } from "../algorithms/registry.ts";
import type { Policy } from "./policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";
import { toOfferedTerms } from "../leases/lease-terms.ts";
import { ok, type Result } from "../result.ts";

/** As in the configuration. */
export interface Limits {
  readonly limit?: number | undefined;
  readonly burst?: number | undefined;
  readonly window?: string | undefined;
}

export function applyLimits(policy: Policy, { limit, burst, window }: Limits): Result<Policy> {
  const algorithm = algorithms[policy.algorithm] as Algorithm<unknown, unknown>;
  const parsed = algorithm.parseConfig({
    ...policy.options,
    ...(limit === undefined ? {} : { limit }),
    ...(burst === undefined ? {} : { burst }),
    ...(window === undefined ? {} : { window }),
  });
  if (!parsed.ok) return parsed;
  const shown = parsed.value as { readonly limit: number; readonly windowMs?: number };
  const { key, ...rest } = policy;
  const lease = toOfferedTerms(rest, parsed.value);
  const changed = {
    ...rest,
    settings: parsed.value,
    limit: shown.limit,
    rule: limit === undefined ? policy.rule : undefined,
    windowMs: shown.windowMs,
    lease,
  };
  return ok(Object.freeze({ ...deepFreeze(changed), key }));
}

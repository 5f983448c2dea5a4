// A policy with other limits: what a tier, an override or a context changes of it. The key, the algorithm and the name
// stay, so what was used stays used.

import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms } from "../algorithms/registry.ts";
import { readLimit } from "./limit-rule.ts";
import type { Policy } from "./policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";
import { toOfferedTerms } from "../leases/lease-terms.ts";
import { ok, type Result } from "../result.ts";

/** As in the configuration. */
export interface Limits {
  readonly limit?: number | "unlimited" | undefined;
  readonly burst?: number | undefined;
  readonly window?: string | undefined;
}

export function applyLimits(policy: Policy, { limit, burst, window }: Limits): Result<Policy> {
  const algorithm = algorithms[policy.algorithm] as Algorithm<unknown, unknown>;
  const read = readLimit({
    ...policy.options,
    ...(limit === undefined ? {} : { limit }),
    ...(burst === undefined ? {} : { burst }),
    ...(window === undefined ? {} : { window }),
  });
  if (!read.ok) return read;
  const parsed = algorithm.parseConfig(read.value.options);
  if (!parsed.ok) return parsed;
  const rule = limit === undefined ? policy.rule : read.value.rule;
  const shown = parsed.value as { readonly limit: number; readonly windowMs?: number };
  const { key, ...rest } = policy;
  const lease = toOfferedTerms(rest, parsed.value);
  const changed = {
    ...rest,
    settings: parsed.value,
    limit: rule?.kind === "none" ? 0 : shown.limit,
    rule,
    windowMs: shown.windowMs,
    lease,
  };
  return ok(Object.freeze({ ...deepFreeze(changed), key }));
}

// Pools for tests, read from a configuration as the gateway reads them.

import { parsePools } from "../../../src/core/origins/parse-pools.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import type { OriginPool } from "../../../src/core/origins/origin-pool.ts";
import type { Problem } from "../../../src/core/result.ts";

const NO_POLICIES = { policyNames: [], policies: new Map<string, Policy>() };

/** The pool "tried" of these options; `a`, `b` and `c` are its members unless it says others. */
export function toPool(options: Readonly<Record<string, unknown>> = {}): OriginPool {
  const problems: Problem[] = [];
  const members = ["https://a.example", "https://b.example", "https://c.example"];
  const pool = parsePools({ tried: { members, ...options } }, NO_POLICIES, problems).get("tried");
  if (pool === undefined || problems.length > 0) throw new Error(JSON.stringify(problems, undefined, 2));
  return pool;
}

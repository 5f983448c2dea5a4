// Sees that a key crosses 80 % or 100 % of its quota, at the very decision that does it: the counter object knows what was
// used before and after. The verdict carries it to the isolate, and the isolate's next report to whoever sends alerts.

import { toAlgorithm } from "../algorithms/registry.ts";
import type { Check, CheckVerdict, CounterReply, CrossedPercent, KeyChecks } from "./counter-messages.ts";
import type { KeyMemory } from "./reservations.ts";

/** Shares of a quota, in percent, the highest first. */
const CROSSINGS: readonly CrossedPercent[] = [100, 80];

/** What a counter had, and now has, of what it may have. */
interface Use {
  readonly before: number;
  readonly after: number;
  readonly limit: number;
}

/** The highest share that was not used before and is now. */
export function toCrossed({ before, after, limit }: Use): CrossedPercent | undefined {
  return CROSSINGS.find((percent) => before * 100 < limit * percent && after * 100 >= limit * percent);
}

/** Adds to a reply's verdicts, which are in the order of the checks, what its decision crossed. */
export function addCrossings(
  reply: CounterReply,
  {
    keys,
    memory,
  }: { readonly keys: readonly KeyChecks[]; readonly memory: { readonly read: (key: string) => KeyMemory } },
): CounterReply {
  const { version, takenAtMs } = reply;
  const verdicts: CheckVerdict[] = [];
  for (const { key, checks } of keys) {
    for (const check of checks) {
      const verdict = reply.verdicts[verdicts.length];
      if (verdict === undefined) return reply;
      verdicts.push(addCrossing(verdict, { check, memory: memory.read(key) }, takenAtMs));
    }
  }
  return { version, verdicts, takenAtMs };
}

/**
 * Adds to the verdict what this decision crossed. What is granted to isolates counts as used: with leases a crossing is
 * seen early, never late. Permits are no quota: they come and go.
 */
function addCrossing(
  verdict: CheckVerdict,
  { check, memory }: { readonly check: Check; readonly memory: KeyMemory },
  nowMs: number,
): CheckVerdict {
  const { policy, algorithm, settings, cost } = check;
  const { outcome, remaining, resetMs, lease } = verdict;
  const { decide, toHeldMs } = toAlgorithm(algorithm);
  const left = lease?.remaining ?? remaining;
  if (outcome !== "allowed" || toHeldMs !== undefined || left >= remaining + cost) return verdict;
  const limit = decide(settings, undefined, { nowMs, cost: 0 }).remaining;
  const crossed = toCrossed({ before: limit - remaining - cost, after: limit - left, limit });
  if (crossed === undefined) return verdict;
  const noted = memory.crossed?.get(policy);
  if (noted !== undefined && noted.untilMs > nowMs && noted.percent >= crossed) return verdict;
  const crossings = new Map(memory.crossed).set(policy, { percent: crossed, untilMs: nowMs + resetMs });
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  memory.crossed = crossings;
  return { ...verdict, crossed };
}

// Corrects what decisions have taken, wherever their counters live.

import type { Policy } from "../../core/policies/policy.ts";
import { MESSAGE_VERSION, type SettledCheck } from "../../core/counters/counter-messages.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import type { ObjectDecision } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";

/** `toActual` answers the units to have taken in the end, or undefined to leave a policy as it is. */
export function settleDecisions(
  taken: readonly ObjectDecision[],
  { gateway, waitUntil }: LimiterContext,
  toActual: (policy: Policy) => number | undefined,
): void {
  for (const { id, group, answer } of taken) {
    // A shadow policy that denied has consumed nothing.
    const consumed = group.rows.filter(({ verdict }) => verdict?.outcome === "allowed");
    const keys = group.keys.map(({ key }) => ({
      key,
      checks: consumed.flatMap((row) => (row.key === key ? toSettledChecks(row, toActual(row.policy)) : [])),
    }));
    if (keys.every(({ checks }) => checks.length === 0)) continue;
    const settlement = { version: MESSAGE_VERSION, id, takenAtMs: answer.takenAtMs, keys } as const;
    waitUntil(gateway.counters.settle(group.object, settlement, answer.failure));
  }
}

function toSettledChecks({ policy, cost }: PolicyRow, actual: number | undefined): readonly SettledCheck[] {
  if (actual === undefined) return [];
  const { name, algorithm, settings, plan, settle } = policy;
  const isEstimate = settle?.exact === true || undefined;
  return [{ policy: name, algorithm, settings, plan, isEstimate, taken: cost, actual }];
}

// Settles what a request took once its response begins: by the policies' settle rules. After the response, never in its way.

import type { Policy } from "../../core/policies/policy.ts";
import { MESSAGE_VERSION, type SettledCheck } from "../../core/counters/counter-messages.ts";
import { toActualUnits } from "../../core/policies/settle-rule.ts";
import type { CheckedLimits, ObjectDecision } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";

/** Corrects what was taken, where a policy says so. `status` is what happened, whatever the answer to the client says. */
export function settleLimits(
  { status, headers }: Pick<Response, "status" | "headers">,
  { taken }: CheckedLimits,
  context: LimiterContext,
): void {
  if (!taken.some(({ group }) => group.rows.some(({ policy }) => policy.settle !== undefined))) return;
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  settle(taken, context, ({ settle: rule }) =>
    rule === undefined ? undefined : toActualUnits(rule, { status, header }),
  );
}

/** `toActual` answers the units to have taken in the end, or undefined to leave a policy as it is. */
function settle(
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
  const { name, algorithm, settings, plan } = policy;
  return actual === undefined ? [] : [{ policy: name, algorithm, settings, plan, taken: cost, actual }];
}

// Settles what a request took once its response begins, by the policies' settle rules: after the response, never in its way.
// What the answer itself says that was used is known when it has passed.

import type { Facts } from "../../core/keys/facts.ts";
import { toActualUnits } from "../../core/policies/settle-rule.ts";
import type { CheckedLimits } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";
import { settleDecisions } from "./settle-decisions.ts";
import { settleUsage } from "./settle-usage.ts";

interface Answered {
  readonly response: Response;
  /** What happened, whatever the answer to the client says; undefined: what it says. */
  readonly status?: number;
  readonly facts: Facts;
}

/** Corrects what was taken, where a policy says so. */
export function settleLimits(
  { response, status = response.status, facts }: Answered,
  limits: CheckedLimits,
  context: LimiterContext,
): void {
  const { taken } = limits;
  if (!taken.some(({ group }) => group.rows.some(({ policy }) => policy.settle !== undefined))) return;
  const { headers } = response;
  const header = (name: string): string | undefined => headers.get(name) ?? undefined;
  settleDecisions(taken, context, ({ settle: rule }) =>
    rule === undefined ? undefined : toActualUnits(rule, { status, header }),
  );
  settleUsage(response, status, { limits, facts, context });
}

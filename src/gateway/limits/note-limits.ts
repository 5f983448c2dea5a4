// What the limits decided, for those who look at the gateway: log lines and statistics.

import type { Facts } from "../../core/keys/facts.ts";
import { type LoggedRequest, logLimits } from "../log/log-request.ts";
import type { CheckedLimits } from "./checked-limits.ts";
import type { ObjectAnswer } from "./counter-client.ts";
import type { LimiterContext } from "./limiter.ts";
import type { ObjectChecks } from "./object-checks.ts";

export function noteLimits(request: LoggedRequest, limits: CheckedLimits, { gateway }: LimiterContext): void {
  logLimits(request, limits.rows);
  gateway.stats?.decided(limits, request.facts.identity);
}

interface Asked {
  readonly kind: "decide" | "renew";
  readonly facts: Pick<Facts, "identity">;
  readonly context: LimiterContext;
}

/** That a counter object was asked, and which keys crossed a share of their quota by that. */
export function noteAnswer(
  { rows }: ObjectChecks,
  { verdicts, failure }: ObjectAnswer,
  { kind, facts, context: { gateway } }: Asked,
): void {
  const { stats } = gateway;
  if (stats === undefined) return;
  stats.called(kind, failure);
  if (failure !== undefined) return;
  for (const [index, row] of rows.entries()) {
    const crossed = verdicts[index]?.crossed;
    if (crossed !== undefined) stats.crossed(row, crossed, facts.identity);
  }
}

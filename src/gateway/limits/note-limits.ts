// What the limits decided, for those who look at the gateway: log lines, statistics and alerts.

import type { Facts } from "../../core/keys/facts.ts";
import { type LoggedRequest, logLimits } from "../log/log-request.ts";
import type { CheckedLimits } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";

type NotedRequest = LoggedRequest & { readonly facts: Pick<Facts, "identity" | "continent"> };

export function noteLimits(request: NotedRequest, limits: CheckedLimits, { gateway }: LimiterContext): void {
  logLimits(request, limits.rows);
  gateway.stats?.decided(limits, request.facts);
  if (gateway.alerts !== undefined && limits.rows.some(({ degraded }) => degraded !== undefined))
    gateway.alerts.degraded();
}

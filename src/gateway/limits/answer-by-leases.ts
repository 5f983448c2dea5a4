// Answers a request from this isolate's leases alone.

import type { LeaseAnswer } from "../../core/leases/isolate-leases.ts";
import { readClock } from "../../platform/clock.ts";
import { type CheckedLimits, toChecked } from "./checked-limits.ts";
import type { LimitedRequest } from "./limiter.ts";
import { createRow } from "../../core/policies/policy-rows.ts";
import { renewLeases } from "./renew-leases.ts";
import { giveLeasesBack, isDue, isDenied, isTaken, takeLeases, writeLeaseVerdicts } from "./take-leases.ts";

/** The answer of this isolate's leases alone: taken from all of them, or from none. */
export function answerByLeases(request: LimitedRequest, leased: LeaseAnswer): CheckedLimits {
  const { policies, rows, nowMs, context } = request;
  const { leases } = context.gateway;
  if (isDenied(leased)) giveLeasesBack(rows, leases);
  writeLeaseVerdicts(rows, leases, nowMs);
  if (isDue(leased)) renewLeases(request);
  return toChecked(policies, rows);
}

/** What was asked before a lease came, and denied because of it, is for that lease to allow. */
export function answerByNewLeases(request: LimitedRequest): CheckedLimits | undefined {
  const { rows, context } = request;
  if (rows.every(({ lease }) => lease === undefined)) return undefined;
  const { leases } = context.gateway;
  const nowMs = readClock();
  const again = rows.map((row) => createRow(row.policy, row, row.cost));
  const leased = takeLeases(again, leases, nowMs);
  if (isTaken(leased)) return answerByLeases({ ...request, rows: again, nowMs }, leased);
  giveLeasesBack(again, leases);
  return undefined;
}

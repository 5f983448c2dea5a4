// One row for each policy that counts a request: what it is asked and what it answers, in one object from the reading of
// its key to the writing of header fields. Rows stand in the route's order; they change in place, and belong to one request.

import type { PolicyVerdict } from "./combine-verdicts.ts";
import type { Policy } from "./policy.ts";
import { type CounterKey, isEnforcedKey } from "../keys/counter-key.ts";
import type { LeaseAnswer, LeaseReservation } from "../leases/isolate-leases.ts";
import type { LeaseReport } from "../leases/lease-messages.ts";

/** What one request asks of one policy and hears back. */
export interface PolicyRow extends CounterKey {
  /** With the limits that are this request's. */
  readonly policy: Policy;
  readonly cost: number;
  /** Decided and counted, but it refuses nobody. */
  readonly isShadow: boolean;
  /** What this isolate's lease answers; undefined: the policy is not leased. */
  lease: RowLease | undefined;
  /** undefined until it is decided. */
  verdict: PolicyVerdict | undefined;
  /** Why it was decided without its counter object; undefined: it was not. */
  degraded: string | undefined;
}

/** One request's use of a lease. */
export interface RowLease {
  /** Names the lease in this isolate. */
  readonly key: string;
  readonly answer: LeaseAnswer;
  /** Of the cost, while counter objects decide the other rows. */
  reservation: LeaseReservation | undefined;
  /** The report that went to the counter object last; undefined: none did. */
  report: LeaseReport | undefined;
}

/** A row of which nothing has been heard. */
export function createRow(policy: Policy, { key, place, rank }: CounterKey, cost: number): PolicyRow {
  const isShadow = !isEnforcedKey(key, policy);
  return {
    policy,
    key,
    place,
    rank,
    cost,
    isShadow,
    lease: undefined,
    verdict: undefined,
    degraded: undefined,
  };
}

/** Whether the policy refuses the request. */
export function isRefusing({ verdict, isShadow }: Readonly<PolicyRow>): boolean {
  return !isShadow && verdict !== undefined && verdict.outcome !== "allowed";
}

// One row for each policy that counts a request: what it is asked and what it answers, in one object from the reading of
// its key to the writing of header fields. Rows stand in the route's order; they change in place, and belong to one request.

import type { PolicyVerdict } from "./combine-verdicts.ts";
import { isCounted } from "./limit-rule.ts";
import { toPolicyCost } from "./policy-units.ts";
import type { Policy } from "./policy.ts";
import type { Facts } from "../keys/facts.ts";
import { type CounterKey, isEnforcedKey, toCounterKey } from "../keys/counter-key.ts";
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

/** `policies` have the limits that are the request's. Those that do not count it get no row. `cost` is the route's. */
export function readRows(policies: readonly Policy[], facts: Facts, cost: number): readonly PolicyRow[] {
  const rows: PolicyRow[] = [];
  for (const policy of policies) {
    if (!isCounted(policy)) continue;
    const counterKey = toCounterKey(policy.key, facts, policy);
    if (typeof counterKey !== "string")
      rows.push(createRow(policy, counterKey, toPolicyCost(policy, facts, cost)));
  }
  return rows;
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

/** What refuses a request without being counted. */
export interface Uncounted {
  /** Names of the policies that refuse it because what they count by is missing. */
  readonly missing: readonly string[];
  /** Names of those that give its caller no access. */
  readonly excluding: readonly string[];
}

const NOTHING: readonly string[] = [];
const NOTHING_UNCOUNTED: Uncounted = { missing: NOTHING, excluding: NOTHING };

/** A cost of 0 takes nothing, so nobody is refused for having nothing. */
export function findUncounted(
  policies: readonly Policy[],
  rows: readonly PolicyRow[],
  request: Costing,
): Uncounted {
  if (rows.length === policies.length) return NOTHING_UNCOUNTED;
  const rowless = policies.filter((policy) => !rows.some((row) => row.policy === policy));
  const namesOf = (reason: keyof Uncounted): readonly string[] =>
    rowless.filter((policy) => findReason(policy, request) === reason).map(({ name }) => name);
  return { missing: namesOf("missing"), excluding: namesOf("excluding") };
}

interface Costing {
  readonly facts: Facts;
  readonly cost: number;
}

function findReason(policy: Policy, { facts, cost }: Costing): keyof Uncounted | undefined {
  const isExcluding = policy.rule?.kind === "none" && cost > 0;
  if (!isExcluding && policy.onMissing !== "deny") return undefined;
  const key = toCounterKey(policy.key, facts, policy);
  // No key, but the same say as every key has: a shadow policy refuses nobody.
  if (key === "skip" || !isEnforcedKey(key === "deny" ? "" : key.key, policy)) return undefined;
  if (key === "deny") return "missing";
  return isExcluding ? "excluding" : undefined;
}

/** Whether the policy refuses the request. */
export function isRefusing({ verdict, isShadow }: Readonly<PolicyRow>): boolean {
  return !isShadow && verdict !== undefined && verdict.outcome !== "allowed";
}

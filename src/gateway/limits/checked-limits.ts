// What the limits said of a request: row by row, and together.

import { combineVerdicts, type PolicyVerdict, UNLIMITED } from "../../core/policies/combine-verdicts.ts";
import type { Denial } from "../../core/policies/denial-cache.ts";
import type { Policy } from "../../core/policies/policy.ts";
import type { ObjectAnswer } from "./counter-client.ts";
import type { ObjectChecks } from "../../core/policies/object-checks.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";

/** One object's part in an allowed decision: what a settlement corrects. */
export interface ObjectDecision {
  readonly id: string;
  readonly group: ObjectChecks;
  readonly answer: ObjectAnswer;
}

export interface CheckedLimits extends Denial {
  /** The route's, with the limits that are the request's: also those that do not count it. */
  readonly policies: readonly Policy[];
  /** One for each policy that counts the request, in the route's order. */
  readonly rows: readonly Readonly<PolicyRow>[];
  /** Policies that refuse because what they count by is missing. */
  readonly missing: readonly string[];
  /** Policies that give the caller no access. */
  readonly excluding: readonly string[];
  /** Empty unless the request was allowed. */
  readonly taken: readonly ObjectDecision[];
}

const NOTHING: readonly never[] = [];

/** Nobody was asked. */
export const UNCHECKED: CheckedLimits = {
  policies: NOTHING,
  rows: NOTHING,
  answer: UNLIMITED,
  shadows: NOTHING,
  missing: NOTHING,
  excluding: NOTHING,
  taken: NOTHING,
};

/** What the rows say together, once all are decided. */
export function toChecked(
  policies: readonly Policy[],
  rows: readonly PolicyRow[],
  taken: readonly ObjectDecision[] = NOTHING,
): CheckedLimits {
  const enforced: PolicyVerdict[] = [];
  let shadows: PolicyVerdict[] | undefined;
  for (const { verdict, isShadow } of rows) {
    if (verdict === undefined) continue;
    if (isShadow) (shadows ??= []).push(verdict);
    else enforced.push(verdict);
  }
  const answer = combineVerdicts(enforced);
  const kept = answer.outcome === "allowed" ? taken : NOTHING;
  return {
    policies,
    rows,
    answer,
    shadows: shadows ?? NOTHING,
    missing: NOTHING,
    excluding: NOTHING,
    taken: kept,
  };
}

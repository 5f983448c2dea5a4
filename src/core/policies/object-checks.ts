// What one call asks of one counter object: rows sorted by the object that owns their counter, and by key within it.

import type { Check, CheckVerdict, KeyChecks } from "../counters/counter-messages.ts";
import type { Facts } from "../keys/facts.ts";
import { toObjectName } from "../keys/counter-key.ts";
import type { PolicyRow } from "./policy-rows.ts";

/** The policies of one request that one object decides. */
export interface ObjectChecks {
  /** Its name. */
  readonly object: string;
  readonly keys: readonly KeyChecks[];
  /** In the order of the keys' checks, and so of the object's verdicts. */
  readonly rows: readonly PolicyRow[];
}

/** The rows by the name of their object. */
export function groupByObject(
  rows: readonly PolicyRow[],
  facts: Pick<Facts, "hash" | "continent">,
  shards: number,
): ReadonlyMap<string, readonly PolicyRow[]> {
  return Map.groupBy(rows, (row) => toObjectName(row, facts, shards));
}

/** What an object is asked about these rows. With `cost` 0 it is asked about their leases alone. */
export function toObjectChecks(object: string, rows: readonly PolicyRow[], cost?: 0): ObjectChecks {
  const keys: KeyChecks[] = [];
  const sorted: PolicyRow[] = [];
  for (const [key, owned] of Map.groupBy(rows, (row) => row.key)) {
    keys.push({ key, checks: owned.map((row) => toCheck(row, cost)) });
    sorted.push(...owned);
  }
  return { object, keys, rows: sorted };
}

function toCheck({ policy, cost: own, isShadow, lease }: PolicyRow, cost = own): Check {
  const { name, algorithm, settings, plan, ban, settle } = policy;
  const isEstimate = settle?.exact === true || undefined;
  const check = { policy: name, algorithm, settings, plan, cost, isShadow, ban, isEstimate };
  return lease?.report === undefined ? check : { ...check, lease: lease.report };
}

/** Whether an object's verdicts let the request pass. */
export function isAllowed({ rows }: ObjectChecks, verdicts: readonly CheckVerdict[]): boolean {
  return verdicts.every(({ outcome }, index) => outcome === "allowed" || rows[index]?.isShadow === true);
}

// What policies' onError says of a decision that is made without their counter object.

import type { CheckVerdict, KeyChecks } from "../../core/counters/counter-messages.ts";
import type { ObjectChecks } from "../../core/policies/object-checks.ts";
import type { Policy } from "../../core/policies/policy.ts";

/** How long a refused client waits when the limiter itself cannot answer. */
const CLOSED_RETRY_MS = 1_000;

/** What this isolate decides: by its share, or by the whole limit. */
export function toLocal({ keys, rows }: ObjectChecks): readonly KeyChecks[] {
  return filterKeys(keys, (name) => findRule(rows, name)?.startsWith("local") === true);
}

/** What it decides by its share. */
export function toDivided({ keys, rows }: ObjectChecks): readonly KeyChecks[] {
  return filterKeys(keys, (name) => findRule(rows, name) === "local");
}

/** What was admitted by its share. */
export function toOwed(checks: ObjectChecks, verdicts: readonly CheckVerdict[]): readonly KeyChecks[] {
  const isAdmitted = (name: string): boolean =>
    verdicts.some(({ policy, outcome }) => policy === name && outcome === "allowed");
  return filterKeys(toDivided(checks), isAdmitted);
}

/** The verdict of a policy that is open or closed. */
export function toRuleVerdict({ name, limit, onError }: Policy): CheckVerdict {
  const isClosed = onError === "closed";
  const waitMs = isClosed ? CLOSED_RETRY_MS : 0;
  return {
    policy: name,
    outcome: isClosed ? "denied" : "allowed",
    remaining: isClosed ? 0 : limit,
    retryAfterMs: waitMs,
    resetMs: waitMs,
  };
}

function findRule(rows: ObjectChecks["rows"], name: string): Policy["onError"] | undefined {
  return rows.find(({ policy }) => policy.name === name)?.policy.onError;
}

function filterKeys(keys: readonly KeyChecks[], isWanted: (policy: string) => boolean): readonly KeyChecks[] {
  return keys.map(({ key, checks }) => ({ key, checks: checks.filter(({ policy }) => isWanted(policy)) }));
}

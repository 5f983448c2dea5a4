// What this isolate and counter objects say to each other about leases: reports go with a question that is asked anyway, or
// behind the response; a request never waits for one. Grants and refusals come back with the verdicts.

import type { Leases } from "../../core/leases/isolate-leases.ts";
import { readClock } from "../../platform/clock.ts";
import type { ObjectAnswer } from "./counter-client.ts";
import type { LimitedRequest } from "./limiter.ts";
import { noteAnswer } from "./note-answer.ts";
import { groupByObject, type ObjectChecks, toObjectChecks } from "../../core/policies/object-checks.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";

/** Puts on each row what its counter object should know of its lease. Answers the rows for which that is anything. */
export function reportLeases(rows: readonly PolicyRow[], leases: Leases): readonly PolicyRow[] {
  const nowMs = readClock();
  return rows.filter(({ lease, policy: { lease: terms }, cost }) => {
    if (lease === undefined || terms === undefined) return false;
    lease.report = leases.report(lease.key, { cost, terms }, nowMs);
    return lease.report !== undefined;
  });
}

/** Renews, behind the response, the leases that have to be. */
export function renewLeases({ rows, facts, nowMs, context }: LimitedRequest): void {
  const { gateway, waitUntil } = context;
  const { counters, leases, config } = gateway;
  const due = rows.filter(({ lease, cost }) => lease !== undefined && leases.isDue(lease.key, cost, nowMs));
  if (due.length === 0) return;
  const reported = reportLeases(due, leases);
  const sentMs = readClock();
  for (const [object, owned] of groupByObject(reported, facts, config.counters.shards)) {
    const checks = toObjectChecks(object, owned, 0);
    const asked = counters.ask(checks, { phase: "take", id: crypto.randomUUID() }, { waitUntil });
    const accept = (answer: ObjectAnswer): void => {
      acceptGrants(checks, answer, { leases, sentMs });
      noteAnswer(checks, answer, { kind: "renew", facts, context });
    };
    waitUntil(asked.then(accept));
  }
}

/** Accepts what a counter object granted, and notes what it denied. */
export function acceptGrants(
  { rows }: ObjectChecks,
  { verdicts, failure }: ObjectAnswer,
  { leases, sentMs }: { readonly leases: Leases; readonly sentMs: number },
): void {
  for (const [index, { lease, cost }] of rows.entries()) {
    const verdict = verdicts[index];
    if (lease === undefined || verdict === undefined) continue;
    const nowMs = readClock();
    const { key, report } = lease;
    if (failure !== undefined) {
      if (report !== undefined) leases.fail(key, report.seq, nowMs);
      continue;
    }
    const { outcome, retryAfterMs: waitMs, isTentative, lease: grant } = verdict;
    if (outcome === "denied" && isTentative !== true)
      leases.noteDenial(key, { cost, waitMs }, { sentMs, nowMs });
    if (report !== undefined) leases.accept(key, { seq: report.seq, grant }, { sentMs, nowMs });
    else if (outcome === "allowed") leases.noteRemaining(key, verdict, sentMs);
  }
}

// Answers a request by its counter objects: asks them for what leases have not allowed, and writes in the rows what they
// say.

import { toPolicyVerdict } from "../../core/policies/combine-verdicts.ts";
import { answerByNewLeases } from "./answer-by-leases.ts";
import { askObjects } from "./ask-objects.ts";
import { type CheckedLimits, type ObjectDecision, toChecked } from "./checked-limits.ts";
import type { ObjectAnswer } from "./counter-client.ts";
import type { LimitedRequest } from "./limiter.ts";
import { noteAnswer } from "./note-answer.ts";
import { groupByObject, type ObjectChecks, toObjectChecks } from "../../core/policies/object-checks.ts";
import { isRefusing } from "../../core/policies/policy-rows.ts";
import { rememberDenial } from "./remembered-denials.ts";
import { acceptGrants, renewLeases, reportLeases } from "./renew-leases.ts";
import { cancelLeases, commitLeases, isTaken, reserveLeases, writeLeaseVerdicts } from "./take-leases.ts";

/**
 * What leases have taken goes back where the counter objects deny. `denialKey` is undefined where a denial of this request
 * says nothing about the next.
 */
export async function askCounters(
  request: LimitedRequest,
  denialKey: string | undefined,
): Promise<CheckedLimits> {
  const { policies, rows, facts, nowMs, context } = request;
  const { denials, leases } = context.gateway;
  const id = crypto.randomUUID();
  const refusedBefore = denialKey === undefined ? undefined : denials.takeRefused(denialKey, nowMs);
  reserveLeases(rows, leases);
  const objects = toObjects(request);
  const { reputation } = context.gateway;
  const client = reputation?.toAsked(facts);
  const answers = await askObjects(objects, { id, refusedBefore, client, context });
  reputation?.hear(answers, client, context.waitUntil);
  const taken: ObjectDecision[] = [];
  for (const [index, group] of objects.entries()) {
    const answer = answers[index];
    if (answer === undefined) continue;
    acceptGrants(group, answer, { leases, sentMs: nowMs });
    writeVerdicts(group, answer, nowMs);
    noteAnswer(group, answer, { kind: "decide", facts, context });
    taken.push({ id, group, answer });
  }
  const isDenied = rows.some(isRefusing);
  if (isDenied) cancelLeases(rows, leases);
  else commitLeases(rows, leases);
  let checked = isDenied ? answerByNewLeases(request) : undefined;
  if (checked === undefined) {
    renewLeases(request);
    writeLeaseVerdicts(rows, leases, nowMs);
    checked = toChecked(policies, rows, taken);
  }
  rememberDenial(denialKey, checked, { denials, sentMs: nowMs });
  return checked;
}

/** What has to be asked, by object; with reports where one answer can carry leases. */
function toObjects({ rows, facts, context }: LimitedRequest): readonly ObjectChecks[] {
  const { config, leases } = context.gateway;
  const undecided = rows.filter(({ lease }) => lease === undefined || !isTaken(lease.answer));
  const byObject = groupByObject(undecided, facts, config.counters.shards);
  if (byObject.size === 1) reportLeases(undecided, leases);
  return [...byObject].map(([object, owned]) => toObjectChecks(object, owned));
}

function writeVerdicts({ rows }: ObjectChecks, { verdicts, failure }: ObjectAnswer, sentMs: number): void {
  for (const [index, row] of rows.entries()) {
    const verdict = verdicts[index];
    if (verdict !== undefined) row.verdict = toPolicyVerdict(verdict, row.policy, sentMs);
    row.degraded = failure;
  }
}

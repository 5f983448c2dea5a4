// What counter objects answered, for those who look at the gateway: statistics and alerts.

import { toGoneInMs } from "../../core/algorithms/forecast.ts";
import type { CheckVerdict } from "../../core/counters/counter-messages.ts";
import type { Facts } from "../../core/keys/facts.ts";
import type { ObjectChecks } from "../../core/policies/object-checks.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import { readClock } from "../../platform/clock.ts";
import { hashKey } from "../../platform/hash-text.ts";
import type { ObjectAnswer } from "./counter-client.ts";
import type { DeciderContext } from "./limiter.ts";

interface Asked {
  readonly kind: "decide" | "renew";
  readonly facts: Pick<Facts, "identity">;
  readonly context: DeciderContext;
}

/** That a counter object was asked, and which keys crossed a share of their quota by that. */
export function noteAnswer(
  { rows }: ObjectChecks,
  { verdicts, failure }: ObjectAnswer,
  { kind, facts: { identity }, context }: Asked,
): void {
  context.gateway.stats?.called(kind, failure);
  if (failure !== undefined) return;
  for (const [index, row] of rows.entries()) {
    const verdict = verdicts[index];
    if (verdict?.crossed !== undefined) noteCrossing(row, verdict, { identity, context });
  }
}

function noteCrossing(
  row: PolicyRow,
  { crossed: percent, resetMs }: CheckVerdict,
  { identity, context }: { readonly identity: Facts["identity"]; readonly context: DeciderContext },
): void {
  if (percent === undefined) return;
  const { stats, alerts } = context.gateway;
  stats?.crossed(row, percent, identity);
  // A dry run refuses nobody: nobody needs to know.
  if (alerts === undefined || row.isShadow) return;
  const { policy, key } = row;
  const consumer = identity?.consumer ?? "";
  // What is granted to this isolate is used as good as.
  const use = { used: percent, remaining: 100 - percent, resetMs };
  const goneInMs = toGoneInMs(policy, use, readClock());
  const crossed = { policy: policy.name, key: hashKey(key), consumer, percent, resetMs, goneInMs };
  alerts.cross(crossed, context.waitUntil);
}

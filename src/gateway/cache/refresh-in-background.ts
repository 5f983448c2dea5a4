// Has the origin asked about a stale response while the client already has it (RFC 5861 section 3).

import {
  CONDITION_FIELDS,
  decideOnError,
  type Forward,
  isOriginError,
  toRefresh,
} from "../../core/cache/decide.ts";
import type { Exchange } from "../../core/cache/exchange.ts";
import { planAnswer, withoutConditions } from "../../core/cache/plan-answer.ts";
import type { StoredResponse } from "../../core/cache/stored-response.ts";
import { toChosenFields } from "../../core/cache/vary.ts";
import { readClock } from "../../platform/clock.ts";
import { dropAnswer, passAnswer } from "../request/body-pipe.ts";
import { forget, PLAIN, startExchange, type ThroughCache, toFlightKey } from "./cache-exchange.ts";
import { keepRefreshed, keepResponse, toExchange } from "./keep-response.ts";
import type { StoreLookup } from "./look-up.ts";

/** One refresh per key and isolate. */
export async function refreshInBackground(
  lookup: StoreLookup,
  record: StoredResponse,
  context: ThroughCache,
): Promise<void> {
  // Nothing of what it leads to may be stored.
  if (lookup.plan.directives.noStore) return;
  const publish = context.collapsing.lead(toFlightKey(lookup), context.waitUntil);
  if (publish === undefined) return;
  let isKept = false;
  try {
    isKept = await refresh(toWhole(lookup), toRefresh(record), context);
  } finally {
    publish(isKept ? "stored" : "released");
  }
}

/** Whatever the client asked for, the origin is asked for what can be stored. */
function toWhole(lookup: StoreLookup): StoreLookup {
  return {
    ...lookup,
    plan: { ...lookup.plan, isHead: false, isConditional: false, isRange: false, mayStore: true },
    request: { ...withoutConditions(lookup.request), method: "GET" },
  };
}

/** Resolves to whether something newer is stored. */
async function refresh(lookup: StoreLookup, forward: Forward, context: ThroughCache): Promise<boolean> {
  const sent = startExchange(context);
  const chosen = toChosenFields(lookup.request.fields, lookup.settings.vary);
  const fields = [...chosen, ...forward.conditions, PLAIN];
  const answer = await context.ask(fields, CONDITION_FIELDS, { method: "GET", isRefresh: true });
  if (!answer.ok || lookup.found === undefined) return false;
  const response = answer.value;
  const exchange = toExchange(lookup, response, { ...sent, responseTimeMs: readClock() });
  // An error that a route stores for others must not take the place of what stands in for it.
  if (isStoodInFor(lookup, forward, exchange)) {
    await dropAnswer(response);
    return false;
  }
  const planned = planAnswer({ plan: lookup.plan, forward }, exchange, lookup.settings);
  if (planned.kind === "confirmed" && planned.refusal === undefined) {
    return await keepRefreshed(context.store, lookup.found, planned.record);
  }
  if (planned.kind === "passed" && planned.stored.ok) {
    return await keepResponse(lookup, {
      store: context.store,
      record: planned.stored.value,
      body: passAnswer(response, context.waitUntil).body,
    });
  }
  await dropAnswer(response);
  if (planned.kind === "retry" || planned.isOutdated) await forget(lookup, context);
  return false;
}

function isStoodInFor(
  { plan }: StoreLookup,
  { record }: Forward,
  { response, responseTimeMs }: Exchange,
): boolean {
  const at = { nowMs: responseTimeMs, isUnreachable: false };
  return isOriginError(response.status) && decideOnError(plan, record, at) !== undefined;
}

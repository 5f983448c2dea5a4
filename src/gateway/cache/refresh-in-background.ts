// Has the origin asked about a stale response while the client already has it (RFC 5861 section 3).

import {
  CONDITION_FIELDS,
  decideOnError,
  type Forward,
  isOriginError,
  toRefresh,
} from "../../core/cache/decide.ts";
import type { Exchange } from "../../core/cache/exchange.ts";
import { settleAnswer, withoutConditions } from "../../core/cache/settle-answer.ts";
import type { StoredRecord } from "../../core/cache/stored-record.ts";
import { toChosenFields } from "../../core/cache/vary.ts";
import { readClock } from "../../platform/clock.ts";
import { forget, PLAIN, startExchange, type ThroughCache, toFlightKey } from "./cache-exchange.ts";
import { keepRefreshed, keepResponse, toExchange } from "./keep-response.ts";
import type { LookedUp } from "./look-up.ts";

/** One refresh per key and isolate. */
export async function refreshInBackground(
  look: LookedUp,
  record: StoredRecord,
  context: ThroughCache,
): Promise<void> {
  // Nothing of what it leads to may be stored.
  if (look.plan.directives.noStore) return;
  const settle = context.collapsing.lead(toFlightKey(look), context.waitUntil);
  if (settle === undefined) return;
  let isKept = false;
  try {
    isKept = await refresh(toWhole(look), toRefresh(record), context);
  } finally {
    settle(isKept ? "stored" : "released");
  }
}

/** Whatever the client asked for, the origin is asked for what can be stored. */
function toWhole(look: LookedUp): LookedUp {
  return {
    ...look,
    plan: { ...look.plan, isHead: false, isConditional: false, isRange: false, mayStore: true },
    request: { ...withoutConditions(look.request), method: "GET" },
  };
}

/** Resolves to whether something newer is stored. */
async function refresh(look: LookedUp, forward: Forward, context: ThroughCache): Promise<boolean> {
  const sent = startExchange(context);
  const chosen = toChosenFields(look.request.fields, look.settings.vary);
  const fields = [...chosen, ...forward.conditions, PLAIN];
  const answer = await context.ask(fields, CONDITION_FIELDS, { method: "GET", isRefresh: true });
  if (!answer.ok || look.found === undefined) return false;
  const response = answer.value;
  const exchange = toExchange(look, response, { ...sent, responseTimeMs: readClock() });
  // An error that a route stores for others must not take the place of what stands in for it.
  if (isStoodInFor(look, forward, exchange)) {
    await response.body?.cancel();
    return false;
  }
  const settled = settleAnswer({ plan: look.plan, forward }, exchange, look.settings);
  if (settled.kind === "confirmed" && settled.refusal === undefined) {
    return await keepRefreshed(context.store, look.found, settled.record);
  }
  if (settled.kind === "passed" && settled.stored.ok) {
    return await keepResponse(look, {
      store: context.store,
      record: settled.stored.value,
      body: response.body,
    });
  }
  await response.body?.cancel();
  if (settled.kind === "retry" || settled.isOutdated) await forget(look, context);
  return false;
}

function isStoodInFor(
  { plan }: LookedUp,
  { record }: Forward,
  { response, responseTimeMs }: Exchange,
): boolean {
  return isOriginError(response.status) && decideOnError(plan, record, responseTimeMs) !== undefined;
}

// What the counters of a pool with priorities are told of a call: how urgent it is, and who waits in this isolate. And how
// soon whoever waits asks again.

import type { CallPlace, PolicyLine } from "../../core/counters/counter-messages.ts";
import { toAddressKey } from "../../core/keys/ip.ts";
import type { OutboundSettings } from "../../core/outbound/outbound-settings.ts";
import { isWidened, widenWindows } from "../../core/outbound/widen-windows.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { isPermit, type Policy } from "../../core/policies/policy.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import type { Outbound } from "./outbound.ts";
import type { Sleeper } from "./waiting-lines.ts";

/** Permits come back at any moment: one waiter asks so often, for all. */
const PERMIT_MS = 100;
/** Quota that others hold, by leases or by their turn, comes back earlier than a denial can promise. */
const LEASE_MS = 1_000;
/** For the way to a counter object, and timers that are late. */
const ASK_MS = 1_000;

const NO_LINE = { waitMs: 0, others: [] } as const;

interface Given {
  readonly rank: number;
  /** undefined: it does not wait yet. */
  readonly waiter: Sleeper | undefined;
  readonly rows: readonly PolicyRow[];
  readonly toLine: (policy: string, key: string) => string;
  readonly patienceMs: number;
  readonly nowMs: number;
}

export function toCallPlace(
  { lines, lateness, settings }: Pick<Outbound, "lines" | "lateness" | "settings">,
  { rank, waiter, rows, toLine, patienceMs, nowMs }: Given,
): CallPlace {
  const own = rows.map(({ policy, key }): [string, PolicyLine] => {
    const line = lines.describe(toLine(policy.name, key), waiter?.id) ?? NO_LINE;
    return [policy.name, { ...line, againMs: toAgainMs(policy) }];
  });
  const margins = rows.map(({ policy }) => lateness.toMarginMs(policy, nowMs));
  return {
    rank,
    turnAgoMs: nowMs - (waiter?.sinceMs ?? nowMs) - rank * toRankMs(settings),
    patienceMs,
    marginMs: Math.max(0, ...margins) + ASK_MS,
    lines: Object.fromEntries(own),
  };
}

/** What the counters are asked by: windows that are as long at the origin, which counts calls when they arrive. */
export function toAsked(
  limited: LimitedRoute,
  { lateness }: Pick<Outbound, "lateness">,
  nowMs: number,
): LimitedRoute {
  const { policies, hasVariants } = limited;
  if (hasVariants) return limited;
  const widened = widenWindows(policies, (policy) => lateness.toMarginMs(policy, nowMs));
  return widened === policies ? limited : { ...limited, policies: widened };
}

/** How long whoever was denied waits before it asks again. */
export function toWaitMs(
  longest: Readonly<PolicyRow> | undefined,
  { lateness, limited }: Pick<Outbound, "lateness" | "limited">,
  { retryAfterMs, nowMs }: { readonly retryAfterMs: number; readonly nowMs: number },
): number {
  const policy = longest?.policy;
  const soonMs = longest?.verdict?.isTentative === true ? LEASE_MS : Infinity;
  const heldMs = Math.min(retryAfterMs, soonMs, policy === undefined ? Infinity : toAgainMs(policy));
  // The denial says it already where the window is widened.
  const isTold = policy !== undefined && isWidened(policy) && !limited.hasVariants;
  return isTold ? heldMs : heldMs + lateness.toMarginMs(policy, nowMs);
}

/** What a priority is worth. */
export function toRankMs({ queue }: OutboundSettings): number {
  return queue.waitMsMax / 4;
}

/** How soon a waiter asks again, however long the denial says. */
function toAgainMs(policy: Policy): number {
  if (isPermit(policy)) return PERMIT_MS;
  return policy.lease === undefined ? Infinity : LEASE_MS;
}

/** Whose request it is, among those that wait. */
export function toClient({
  identity,
  address,
}: Pick<RequestFacts, "identity" | "address">): string | undefined {
  if (identity !== undefined) return `consumer ${identity.consumer}`;
  return address === undefined ? undefined : toAddressKey(address);
}

/** How many more like it have room. */
export function toRoom({ rows, answer }: CheckedLimits): number {
  const { remaining = Infinity } = answer.nearest ?? {};
  return Math.floor(remaining / Math.max(1, rows[0]?.cost ?? 1));
}

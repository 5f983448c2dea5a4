// What the counters of a pool with priorities are told of a call: how urgent it is, and who waits in this isolate. And how
// soon whoever waits asks again.

import type { CallPlace, PolicyLine } from "../../core/counters/counter-messages.ts";
import { toAddressKey } from "../../core/keys/ip.ts";
import type { OutboundSettings } from "../../core/outbound/outbound-settings.ts";
import { isPermit, type Policy } from "../../core/policies/policy.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import type { CheckedLimits } from "../limits/checked-limits.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import type { Outbound } from "./outbound.ts";
import type { Sleeper } from "./waiting-lines.ts";

/** Permits come back at any moment: one waiter asks so often, for all. */
const PERMIT_MS = 100;
/** Quota that others hold, by leases or by their turn, comes back earlier than a denial can promise. */
export const LEASE_MS = 1_000;
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
  const margins = rows.map(({ policy }) => lateness.toMarginMs(policy));
  return {
    rank,
    turnAgoMs: nowMs - (waiter?.sinceMs ?? nowMs) - rank * toRankMs(settings),
    patienceMs,
    marginMs: Math.max(0, ...margins) + ASK_MS,
    lines: Object.fromEntries(own),
  };
}

/** What a priority is worth. */
export function toRankMs({ queue }: OutboundSettings): number {
  return queue.waitMsMax / 4;
}

/** How soon a waiter asks again, however long the denial says. */
export function toAgainMs(policy: Policy): number {
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

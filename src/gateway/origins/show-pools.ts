// The origin pools as this isolate sees them: for statistics and for the admin API.

import type { MemberShown } from "../../core/origins/member-states.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import { PRIORITIES } from "../../core/outbound/priority.ts";
import type { StatsNow } from "../../core/stats/stats-messages.ts";
import { readClock } from "../../platform/clock.ts";
import type { ShownQuota } from "./origin-feedback.ts";
import type { Outbound } from "./outbound.ts";
import type { PoolClient } from "./pool-client.ts";
import type { Waiting } from "./waiting-lines.ts";

/** What of the pools is true at this moment in this isolate: for statistics. */
export function showNow(clients: ReadonlyMap<OriginPool, PoolClient>): StatsNow {
  const nowMs = readClock();
  const pools = [...clients].map(([{ name: pool }, { states, outbound }]) => ({
    pool,
    origins: states.show(nowMs).map(({ url: origin, state }) => ({ origin, states: { [state]: 1 } })),
    waiting: outbound?.lines.count(pool) ?? {},
  }));
  const usage = [...clients.values()].flatMap(({ pool: { name, members }, outbounds, hasAccounts }) =>
    outbounds.flatMap(({ feedback }, at) =>
      feedback.show(nowMs).map(({ quota, share, resetMs }) => ({
        pool: name,
        quota: hasAccounts ? `${quota} of ${members[at]?.url ?? ""}` : quota,
        share,
        resetMs,
      })),
    ),
  );
  return { pools, usage };
}

/** An account as this isolate sees it. */
export interface ShownAccount {
  /** How much of its quota is left, from 0 to 1. */
  readonly left: number;
  /** Until it has some. */
  readonly waitMs: number;
  readonly usage: readonly ShownQuota[];
}

export interface ShownPool {
  readonly pool: string;
  readonly origins: readonly (MemberShown & Partial<ShownAccount>)[];
  /** Requests that wait for quota, by priority; only where calls are counted. */
  readonly waiting: Waiting | undefined;
  /** Who is let in; only where the pool adapts. */
  readonly load?: ShownLoad | undefined;
}

/** Load shedding, as this isolate has heard of it last. */
export interface ShownLoad {
  readonly mode: "enforce" | "shadow";
  /** The share of requests that is let in, by priority. */
  readonly admitted: Readonly<Record<string, number>>;
  /** How long an answer takes while the origin is well; 0: not known yet. */
  readonly usualMs: number;
}

/** The state of every member and who waits for quota, as this isolate sees it: for the admin API. */
export function showPools(clients: ReadonlyMap<OriginPool, PoolClient>): readonly ShownPool[] {
  const nowMs = readClock();
  return [...clients].map(([{ name }, client]) => ({
    pool: name,
    origins: client.hasAccounts ? showAccounts(client) : client.states.show(nowMs),
    waiting: client.outbound?.lines.count(name),
    load: showLoad(client, nowMs),
  }));
}

function showLoad({ gate, pool: { adapt } }: PoolClient, nowMs: number): ShownLoad | undefined {
  if (gate === undefined || adapt === undefined) return undefined;
  const { open, baseMs } = gate.view(nowMs);
  const admitted = PRIORITIES.map((name, rank) => [name, Math.min(1, Math.max(0, open - rank))] as const);
  const mode = adapt.isShadow ? "shadow" : "enforce";
  return { mode, admitted: Object.fromEntries(admitted), usualMs: Math.round(baseMs) };
}

/** The members of a pool whose members are accounts of their own. */
export function showAccounts({ states, outbounds }: PoolClient): readonly (MemberShown & ShownAccount)[] {
  const nowMs = readClock();
  return states.show(nowMs).map((member, at) => Object.assign({}, member, showAccount(outbounds[at], nowMs)));
}

function showAccount(outbound: Outbound | undefined, nowMs: number): ShownAccount {
  if (outbound === undefined) return { left: 1, waitMs: 0, usage: [] };
  const { left, feedback } = outbound;
  const usage = feedback.show(nowMs);
  const used = Math.max(0, ...usage.map(({ share }) => share));
  return { left: left.read(nowMs, used), waitMs: Math.ceil(left.waitMs(nowMs)), usage };
}

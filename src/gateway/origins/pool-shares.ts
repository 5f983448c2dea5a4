// How much of what comes origin pools let in, as this isolate has heard last: for limits that follow it (limits/check-limits.ts).

import type { OriginPool } from "../../core/origins/origin-pool.ts";
import { PRIORITIES, toRank } from "../../core/outbound/priority.ts";
import type { Facts } from "../../core/keys/facts.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import { listFollowing, toFollowedLimit } from "../../core/policies/follow-price.ts";
import type { Policy } from "../../core/policies/policy.ts";
import { readClock } from "../../platform/clock.ts";
import type { FollowedLimits, Shares } from "../limits/limiter.ts";
import type { PoolClient } from "./pool-client.ts";

type Asking = Pick<LimitedRoute, "priority">;

export class PoolShares implements Shares {
  readonly #clients: ReadonlyMap<string, PoolClient>;

  constructor(clients: ReadonlyMap<OriginPool, PoolClient>) {
    this.#clients = new Map([...clients.values()].map((client) => [client.pool.name, client]));
  }

  /** The share that limits go by. An isolate that has not heard of any takes all of a limit, as long as it is there. */
  read(
    pool: string,
    { route, facts }: { readonly route: Asking; readonly facts: Facts },
    { gateway: { stats }, waitUntil }: Parameters<Shares["read"]>[2],
  ): number {
    const nowMs = readClock();
    const client = this.#clients.get(pool);
    const eased = client?.gate?.view(nowMs).eased;
    if (client === undefined || eased === undefined) return 1;
    client.hear(nowMs, waitUntil);
    const { adapt } = client.pool;
    if (adapt === undefined) return 1;
    const share = eased[toRank(adapt.priority, route.priority ?? "normal", facts)] ?? 1;
    if (share < 1) stats?.followed(pool, adapt.isShadow ? "shadow" : "raised");
    return adapt.isShadow ? 1 : share;
  }

  /** undefined: it follows none. */
  show(policy: Policy): FollowedLimits | undefined {
    const { rule } = policy;
    if (rule?.kind !== "follow") return undefined;
    const client = this.#clients.get(rule.pool);
    const eased = client?.gate?.view(readClock()).eased;
    const limits = PRIORITIES.map((name, rank) => [name, toShownUnits(policy, eased?.[rank] ?? 1)] as const);
    const mode = client?.pool.adapt?.isShadow === true ? "shadow" : "enforce";
    return { pool: rule.pool, mode, limits: Object.fromEntries(limits) };
  }
}

/** Whole units, as many as are surely admitted. */
const toShownUnits = (policy: Policy, share: number): number => Math.floor(toFollowedLimit(policy, share));

/** undefined: no limit follows a pool. */
export function toPoolShares(
  policies: readonly Policy[],
  clients: ReadonlyMap<OriginPool, PoolClient>,
): PoolShares | undefined {
  return policies.some((policy) => listFollowing(policy).length > 0) ? new PoolShares(clients) : undefined;
}

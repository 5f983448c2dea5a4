// What every request needs and none changes: the configuration, the bindings, and what was worked out of them at start.

import type { Config, Policy } from "../core/config/config.ts";
import { toRateLimitPolicyField } from "../core/http/rate-limit-headers.ts";
import type { OriginPool } from "../core/origins/origin-pool.ts";
import { DenialCache } from "../core/policies/denial-cache.ts";
import type { Bindings } from "../platform/bindings.ts";
import { type Authority, createAuthority } from "./authority.ts";
import { ChangeMarks } from "./change-marks.ts";
import { CacheStore } from "./cache-store.ts";
import type { Limited } from "./check-limits.ts";
import { InFlight } from "./in-flight.ts";
import { CounterClient } from "./counter-client.ts";
import { PoolClient } from "./pool-client.ts";
import { PurgeClient } from "./purge-client.ts";

export interface Gateway {
  readonly config: Config;
  readonly counters: CounterClient;
  readonly denials: DenialCache;
  readonly store: CacheStore;
  readonly purges: PurgeClient;
  readonly marks: ChangeMarks;
  readonly inFlight: InFlight;
  readonly pools: ReadonlyMap<OriginPool, PoolClient>;
  /** Whether any route is cached. */
  readonly hasCache: boolean;
  /** Who may be calling. */
  readonly authority: Authority;
  /** Stands for a route where a credential is refused that nobody issued. */
  readonly attempts: Limited;
  /** RateLimit-Policy for each route; undefined where the draft's fields are switched off. */
  readonly policyFields: ReadonlyMap<Limited, string | undefined>;
}

export function createGateway(config: Config, bindings: Bindings): Gateway {
  const attempts = { index: -1, path: "", policies: [config.attempts], hasVariants: false, cost: 1 };
  const policyFields = new Map<Limited, string | undefined>();
  for (const route of [...config.routes, attempts])
    policyFields.set(route, toPolicyField(route.policies, config));
  const store = new CacheStore(config.origin);
  return {
    config,
    counters: new CounterClient(bindings.COUNTERS),
    denials: new DenialCache(),
    store,
    marks: new ChangeMarks(store),
    purges: new PurgeClient(bindings.PURGES),
    inFlight: new InFlight(),
    pools: new Map(config.pools.map((pool) => [pool, new PoolClient(pool, bindings.HEALTH)])),
    hasCache: config.routes.some(({ cache }) => cache !== undefined),
    authority: createAuthority(config, bindings),
    attempts,
    policyFields,
  };
}

/** RateLimit-Policy; undefined where the draft's fields are switched off. */
export function toPolicyField(policies: readonly Policy[], { headers }: Config): string | undefined {
  if (!headers.draft) return undefined;
  return toRateLimitPolicyField(policies.filter(({ enforcePercent }) => enforcePercent > 0));
}

// What every request needs and none changes: the configuration, the bindings, and what was worked out of them at start.

import type { Config, Route } from "../core/config/config.ts";
import { toRateLimitPolicyField } from "../core/http/rate-limit-headers.ts";
import { DenialCache } from "../core/policies/denial-cache.ts";
import type { Bindings } from "../platform/bindings.ts";
import { ChangeMarks } from "./change-marks.ts";
import { CacheStore } from "./cache-store.ts";
import { InFlight } from "./in-flight.ts";
import { CounterClient } from "./counter-client.ts";
import { PurgeClient } from "./purge-client.ts";

export interface Gateway {
  readonly config: Config;
  readonly counters: CounterClient;
  readonly denials: DenialCache;
  readonly store: CacheStore;
  readonly purges: PurgeClient;
  readonly marks: ChangeMarks;
  readonly inFlight: InFlight;
  /** Whether any route is cached. */
  readonly hasCache: boolean;
  /** RateLimit-Policy for each route; undefined where the draft's fields are switched off. */
  readonly policyFields: ReadonlyMap<Route, string | undefined>;
}

export function createGateway(config: Config, bindings: Bindings): Gateway {
  const policyFields = new Map<Route, string | undefined>();
  for (const route of config.routes) {
    const enforced = route.policies.filter(({ enforcePercent }) => enforcePercent > 0);
    policyFields.set(route, config.headers.draft ? toRateLimitPolicyField(enforced) : undefined);
  }
  const store = new CacheStore(config.origin);
  return {
    config,
    counters: new CounterClient(bindings.COUNTERS),
    denials: new DenialCache(),
    store,
    marks: new ChangeMarks(store),
    purges: new PurgeClient(bindings.PURGES),
    inFlight: new InFlight(),
    hasCache: config.routes.some(({ cache }) => cache !== undefined),
    policyFields,
  };
}

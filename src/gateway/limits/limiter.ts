// What limiting needs of the gateway.

import type { Config } from "../../core/config/config.ts";
import type { OverrideIndex } from "../../core/control/override-index.ts";
import type { IsolateLeases } from "../../core/leases/isolate-leases.ts";
import type { DenialCache } from "../../core/policies/denial-cache.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { CounterClient } from "./counter-client.ts";

export interface Limiter {
  readonly config: Config;
  readonly counters: CounterClient;
  readonly denials: DenialCache;
  readonly leases: IsolateLeases;
  /** Limits changed at run time; undefined when there are none. */
  readonly overrides: OverrideIndex | undefined;
  /** RateLimit-Policy for each route; undefined where the draft's fields are switched off. */
  readonly policyFields: ReadonlyMap<LimitedRoute, string | undefined>;
}

export type LimiterContext = RequestContext<Limiter>;

// What every request needs and none changes: the configuration, the bindings, and what was worked out of them at start.

import type { Config, Route } from "../core/config/config.ts";
import { toRateLimitPolicyField } from "../core/http/rate-limit-headers.ts";
import type { Bindings } from "../platform/bindings.ts";
import { CounterClient } from "./counter-client.ts";

export interface Gateway {
  readonly config: Config;
  readonly counters: CounterClient;
  /** RateLimit-Policy for each route; undefined where the draft's fields are switched off. */
  readonly policyFields: ReadonlyMap<Route, string | undefined>;
}

export function createGateway(config: Config, bindings: Bindings): Gateway {
  const policyFields = new Map<Route, string | undefined>();
  for (const route of config.routes) {
    policyFields.set(route, config.headers.draft ? toRateLimitPolicyField(route.policies) : undefined);
  }
  return { config, counters: new CounterClient(bindings.COUNTERS), policyFields };
}

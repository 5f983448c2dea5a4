// What limiting needs of the gateway.

import type { Config } from "../../core/config/config.ts";
import type { OverrideIndex } from "../../core/control/override-index.ts";
import type { CallPlace } from "../../core/counters/counter-messages.ts";
import type { Facts } from "../../core/keys/facts.ts";
import type { Leases } from "../../core/leases/isolate-leases.ts";
import type { Denials } from "../../core/policies/denial-cache.ts";
import type { LimitedRoute } from "../../core/policies/limited-route.ts";
import type { Policy } from "../../core/policies/policy.ts";
import type { AlertClient } from "../alerts/alert-client.ts";
import type { ReputationClient } from "../reputation/reputation-client.ts";
import type { Recorder } from "../stats/recorder.ts";
import type { RequestContext } from "../request/request-context.ts";
import type { CounterClient } from "./counter-client.ts";
import type { PolicyRow } from "../../core/policies/policy-rows.ts";

/** What it offers, to whoever need not know that it changes counters. */
export type Counters = Pick<CounterClient, keyof CounterClient>;

/** What decides rows, whoever made them: a gateway, or a Worker of somebody's own (src/limiter). */
export interface Decider {
  readonly config: Pick<Config, "counters">;
  readonly counters: Counters;
  readonly denials: Denials;
  readonly leases: Leases;
  /** undefined: nobody wants to know. */
  readonly stats: Pick<Recorder, "called" | "crossed"> | undefined;
  /** undefined: nobody is told of anything. */
  readonly alerts: Pick<AlertClient, "cross"> | undefined;
  /** undefined: what clients did is not held against them. */
  readonly reputation: Pick<ReputationClient, "toAsked" | "hear"> | undefined;
}

export interface DeciderContext extends Pick<RequestContext<Decider>, "gateway" | "waitUntil"> {
  /** Where a call stands among those that wait for an origin; undefined: priorities do not matter. */
  readonly place?: CallPlace | undefined;
}

export interface FollowedLimits {
  readonly pool: string;
  /** shadow: the limit stays, and this is what it would come to. */
  readonly mode: "enforce" | "shadow";
  readonly limits: Readonly<Record<string, number>>;
}

export interface Shares {
  /** The share, from 0 to 1, that the pool lets in of requests of this priority. */
  readonly read: (
    pool: string,
    request: { readonly route: LimitedRoute; readonly facts: Facts },
    context: RequestContext<Pick<Limiter, "stats">>,
  ) => number;
  /** What the policy's limit comes to, by priority; undefined: it follows no pool. */
  readonly show: (policy: Policy) => FollowedLimits | undefined;
}

export interface Limiter extends Decider {
  readonly config: Config;
  /** Limits changed at run time; undefined when there are none. */
  readonly overrides: OverrideIndex | undefined;
  /** How much is let in by the pools that limits follow; undefined: no limit follows one. */
  readonly shares: Shares | undefined;
  readonly stats: Recorder | undefined;
  readonly alerts: AlertClient | undefined;
  readonly reputation: ReputationClient | undefined;
  /** RateLimit-Policy for each route; undefined where the draft's fields are switched off. */
  readonly policyFields: ReadonlyMap<LimitedRoute, string | undefined>;
}

export interface LimiterContext extends RequestContext<Limiter>, Pick<DeciderContext, "place"> {}

/** What limiting reads of a request. `isUnlimited`: no policy of a route counts its client. */
export type LimitedFacts = Facts & { readonly isUnlimited?: boolean };

/** What says where a request's counters are, and whose they are. */
export type PlacedFacts = Pick<Facts, "hash" | "address" | "continent" | "identity" | "standing"> &
  Partial<Pick<Facts, "header">>;

/** One request while it is limited. */
export interface LimitedRequest {
  /** The route's, with the limits that are the request's. */
  readonly policies: readonly Policy[];
  /** What becomes of it is written in them. */
  readonly rows: readonly PolicyRow[];
  readonly facts: PlacedFacts;
  /** When it was looked at first. */
  readonly nowMs: number;
  readonly context: DeciderContext;
}

// An origin pool as the gateway uses it: several origins for one name, and what is done when they fail. parse-pools.ts is
// the only place that makes one.

import type { MemberBinding } from "./member-binding.ts";
import type { FeedbackSettings } from "../feedback/feedback-schema.ts";
import type { KeyPart } from "../keys/parse-key.ts";
import type { PriorityRules } from "../outbound/priority.ts";
import type { OutboundSettings } from "../outbound/outbound-settings.ts";
import type { UpstreamCredential } from "./upstream-credential.ts";
import type { BreakerSettings } from "./origin-breaker.ts";

export interface PoolMember {
  /**
   * An http(s) URL without a trailing slash, with "#" and its account where it has one: what logs and reports call it, and
   * unlike every other of its pool.
   */
  readonly url: string;
  readonly weight: number;
  /** Asked only while no primary can be. */
  readonly isFallback: boolean;
  /** What is asked: the URL, with the host that requests are to name in place of its own. */
  readonly base: string;
  /** Where to connect, when requests name another host than the URL. */
  readonly connectTo: string | undefined;
  /** What it is reached by in place of the network; undefined: the network. */
  readonly binding: MemberBinding | undefined;
  /** Taken from the front of a forwarded path: "/api", or "" for nothing. */
  readonly stripPrefix: string;
  /** Header fields that replace the client's, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** What it is shown to say who is calling; undefined: the route's, or the caller's own. */
  readonly credential: UpstreamCredential | undefined;
  /** A hash of the URL: where the member stands when keys are spread. */
  readonly seed: number;
}

/** What befell a call that another member may be asked instead, whatever its method. */
export type Elsewhere = "overloaded" | "late";

export interface RetrySettings {
  readonly max: number;
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** A Retry-After beyond this is passed on to the client. */
  readonly retryAfterMsMax: number;
  /** Request bodies up to this are kept, and can be sent again. */
  readonly bodyBytesMax: number;
  /** What is sent again beside bad answers, where the method is idempotent. */
  readonly statuses: readonly number[];
  /** After what another member is asked though the method is not idempotent. */
  readonly nonIdempotent: readonly Elsewhere[];
  /** Retries per hundred requests. */
  readonly budgetPercent: number;
}

export interface HealthCheckSettings {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly statuses: readonly number[];
  /** What the body must contain; undefined: it is not read. */
  readonly body: string | undefined;
  /** Failed checks in a row after which a member is down, and good ones after which it is up. */
  readonly downAfter: number;
  readonly upAfter: number;
}

/** What the pool's health object must know of it: sent with every report, like limits with every check of a counter. */
export type WatchedPool = Pick<OriginPool, "members" | "breaker" | "checks">;

/** Load shedding: who is let in while the origin has more to do than it can. */
export interface AdaptSettings {
  /** Decided and counted, never enforced. */
  readonly isShadow: boolean;
  readonly priority: PriorityRules;
}

export interface OriginPool {
  readonly name: string;
  readonly members: readonly PoolMember[];
  /** Requests with one key keep to one member while it is well; undefined: each request is on its own. */
  readonly affinity: readonly KeyPart[] | undefined;
  readonly retries: RetrySettings;
  readonly breaker: BreakerSettings;
  /** An answer that took longer counts as bad. */
  readonly slowMs: number;
  /** The health checks; undefined: members are judged by the requests of clients alone. */
  readonly checks: HealthCheckSettings | undefined;
  /** How long a recovered member takes to its full share. */
  readonly slowStartMs: number;
  /** undefined: what the origin reports of its own limits is not read. */
  readonly feedback: FeedbackSettings | undefined;
  /** undefined: everybody is let in, however much the origin has to do. */
  readonly adapt: AdaptSettings | undefined;
  /** undefined: its calls are not counted. */
  readonly outbound: OutboundSettings | undefined;
}

// The configuration as the gateway uses it: complete, frozen, every duration in milliseconds, every reference resolved.
// parse-config.ts is the only place that makes one.

import type { AccessList } from "../access/access-list.ts";
import type { AlertRule } from "../alerts/alert-settings.ts";
import type { BatchSettings } from "../batch/batch-schema.ts";
import type { AuthSettings } from "../consumers/auth-schema.ts";
import type { CorsRule } from "../cors/cors-settings.ts";
import type { ErrorsRule } from "../errors/registry.ts";
import type { OwnFunctions } from "../functions/own-function.ts";
import type { LogSettings } from "../log/log-settings.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import type { LimitedRoute } from "../policies/limited-route.ts";
import type { Policy } from "../policies/policy.ts";
import type { PortalSettings } from "../portal/portal-settings.ts";
import type { ReputationSettings } from "../reputation/reputation-settings.ts";
import type { StatsSettings } from "../stats/stats-settings.ts";
import type { Route } from "../routes/route.ts";

export interface Batches extends BatchSettings {
  /** What counts a batch as such; its cost is a member's. */
  readonly limited: LimitedRoute;
  /** The gateway's own list. */
  readonly access: readonly AccessList[];
}

export interface Config {
  /** "zone", an http(s) URL without a trailing slash, or the name of the pool that routes lead to which name none. */
  readonly origin: string;
  readonly pools: readonly OriginPool[];
  /** The name of this deployment in Via, Cache-Status and Proxy-Status (RFC 9110 section 7.6.3). */
  readonly name: string;
  readonly caseSensitive: boolean;
  readonly encodedSlash: "reject" | "keep";
  /** Whether repeated slashes in a path are forwarded as one. Routes are matched as if they were, always. */
  readonly mergeSlashes: boolean;
  readonly headers: {
    readonly draft: boolean;
    readonly shadow: boolean;
    readonly serverTiming: boolean;
    /** The most that is added to Retry-After at random, in percent of it. */
    readonly retryJitterPercent: number;
  };
  readonly headerBytesMax: number;
  /** How long a client is waited for that sends a body: see Patience. Routes have their own. */
  readonly requestTimeoutMs: number;
  readonly log: LogSettings;
  /** Empty: nobody is told of anything. */
  readonly alerts: readonly AlertRule[];
  /** The path of the admin API, without a trailing slash; `below` tests canonical paths for being it or below it. */
  readonly admin: { readonly prefix: string; readonly below: RegExp };
  /** The settings of batches; undefined: there are none. */
  readonly batch: Batches | undefined;
  readonly counters: { readonly shards: number };
  readonly auth: AuthSettings;
  /** Every route's lists begin with it; undefined: there is none. */
  readonly access: AccessList | undefined;
  /** Who says what pages of other origins may do, where no route does. */
  readonly cors: CorsRule;
  /** In whose words it is said what went wrong, where no route says another. */
  readonly errors: ErrorsRule;
  /** What an address is limited by whose preflights go to an origin. */
  readonly preflights: Policy;
  /** The policy that limits clients with credentials that were never issued. */
  readonly attempts: Policy;
  /** undefined: the gateway does not count what it does. */
  readonly stats: StatsSettings | undefined;
  /** undefined: what clients did is not held against them. */
  readonly reputation: ReputationSettings | undefined;
  /** What consumers see of their own limits; undefined: nothing. */
  readonly portal: PortalSettings | undefined;
  /** The code of the deployed file that the configuration may name. */
  readonly functions: OwnFunctions;
  readonly policies: readonly Policy[];
  /** The names of the tiers. */
  readonly tiers: readonly string[];
  readonly routes: readonly Route[];
}

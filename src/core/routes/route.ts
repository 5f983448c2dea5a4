// A route as the gateway uses it: complete, frozen, every reference resolved. parse-routes.ts makes it.

import type { WantedMembers } from "../body/body-members.ts";
import type { AccessList } from "../access/access-list.ts";
import type { WebhookSettings } from "../webhooks/webhook-settings.ts";
import type { Aggregate } from "../batch/aggregate.ts";
import type { CacheSettings } from "../cache/cache-settings.ts";
import type { CorsRule } from "../cors/cors-settings.ts";
import type { ErrorsRule } from "../errors/registry.ts";
import type { RoutePattern } from "../http/path-pattern.ts";
import type { UpstreamCredential } from "../origins/upstream-credential.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import type { HandOverSettings } from "../handover/hand-over-settings.ts";
import type { HostRule } from "./host-rule.ts";
import type { LimitedWay } from "../outbound/outbound-settings.ts";
import type { Priority } from "../outbound/priority.ts";
import type { DeniedAnswer } from "../policies/denied-answer.ts";
import type { Policy } from "../policies/policy.ts";
import type { RouteCost } from "../policies/route-cost.ts";
import type { FixedAnswer } from "./fixed-answer.ts";
import type { Retirement } from "./retirement.ts";
import type { OwnAuthentication } from "./own-authentication.ts";
import type { RouteLinks } from "./route-links.ts";
import type { FieldChanges } from "../shape/field-changes.ts";
import type { RouteShape } from "../shape/route-shape.ts";

export interface Route {
  /** Its place in the configuration. */
  readonly index: number;
  /** The path pattern as it was written, with its methods: how logs name the route. */
  readonly name: string;
  /** As it is written. */
  readonly path: string;
  readonly pattern: RoutePattern;
  /** undefined is every method. GET includes HEAD. */
  readonly methods: ReadonlySet<string> | undefined;
  /** undefined is every host. */
  readonly hosts: HostRule | undefined;
  readonly policies: readonly Policy[];
  /** Whether any of them has other limits for some requests. */
  readonly hasVariants: boolean;
  readonly cost: RouteCost;
  /** How it answers a request that is over its limit; undefined: with a problem document. */
  readonly denied: DeniedAnswer | undefined;
  /** In whose words it says what went wrong. */
  readonly errors: ErrorsRule;
  readonly cache: CacheSettings | undefined;
  /** The origin pool that it leads to; undefined: the configuration's one origin. */
  readonly pool: OriginPool | undefined;
  /** What its origins are shown that have no credential of their own; undefined: what the caller sends. */
  readonly credential: UpstreamCredential | undefined;
  /** The priority of its calls to a pool with outbound limits. */
  readonly priority: Priority;
  /** What is done while there is no quota; undefined: the pool's way. */
  readonly whenLimited: readonly LimitedWay[] | undefined;
  /** How long the origin may take until its response's header section. */
  readonly timeoutMs: number;
  /** How long the client is waited for that sends a body: see Patience. */
  readonly requestTimeoutMs: number;
  /** Of a longer body none is taken. Infinity: without a limit. */
  readonly bodyBytesMax: number;
  /** Permits are taken for its requests, or for its calls of a pool: not before the client has sent its body. */
  readonly hasPermits: boolean;
  /** What of a request's body its limits and its pool read: not before the body is there. undefined: nothing. */
  readonly members: WantedMembers | undefined;
  /** Functions that make keys or costs of its limits: called before these are asked. undefined: none. */
  readonly functions: readonly string[] | undefined;
  /** How much of a body is waited for, to read them. */
  readonly membersBytesMax: number;
  /** Whether limits read what its answers say that a language model used. */
  readonly readsUsage: boolean;
  /** Whether streams are asked to say it. */
  readonly asksUsage: boolean;
  /** How long it may pause in the middle of the body. Infinity: without a limit. */
  readonly bodyTimeoutMs: number;
  /** From the first attempt to the end of the response's body. */
  readonly totalTimeoutMs: number;
  readonly auth: "none" | "optional" | "required";
  /** The function that says who is calling, in place of keys and tokens; undefined: these do. */
  readonly authenticate: OwnAuthentication | undefined;
  /** The scopes that a credential must have, all of them. */
  readonly scopes: readonly string[];
  /** Whether the origin gets the header field that the credential stood in. */
  readonly forwardCredential: boolean;
  /** The gateway's own list and the route's. */
  readonly access: readonly AccessList[];
  /** The route's own, or the gateway's. */
  readonly cors: CorsRule;
  /** Whether clients need nothing: no credential, no access list. */
  readonly isOpen: boolean;
  /** The prefix that is taken from a forwarded path, before a pool's member does the same: "/api", or "" for nothing. */
  readonly stripPrefix: string;
  /** What it changes of messages; undefined: they pass as they are. */
  readonly shape: RouteShape | undefined;
  /** What of its answers' links leads to the gateway; undefined: they stay as they are. */
  readonly links: RouteLinks | undefined;
  /** Fields that it puts on and takes off requests on their way to the origin, by folded names; undefined: none. */
  readonly requestFields: FieldChanges | undefined;
  /** The same of answers on their way to the client, by names in lower case. */
  readonly answerFields: FieldChanges | undefined;
  /** Functions that change requests on their way to the origin, and answers on their way to the client; undefined: none. */
  readonly requestFunction: string | undefined;
  readonly answerFunction: string | undefined;
  /** What every answer says of the route's end; undefined: nothing. */
  readonly retirement: Retirement | undefined;
  /** What it answers in place of an origin; undefined: an origin does. */
  readonly respond: FixedAnswer | undefined;
  /** Whose webhooks it takes, in place of an origin; undefined: none. */
  readonly webhook: WebhookSettings | undefined;
  /** Whether callers may leave a call here, to be answered later; undefined: they may not. */
  readonly handOver: HandOverSettings | undefined;
  /** The calls that answer it, in place of an origin. */
  readonly aggregate: Aggregate | undefined;
}

// The types of headgate.config.ts, for editors and compilers: written by `npm run config-types` from the tables of
// docs/configuration, which tests compare with the schemas. parse-config.ts reads the same, and trusts no type.

import type { DialectName } from "../errors/registry.ts";
import type { OwnFunction } from "../functions/own-function.ts";
import type { Facts } from "../keys/facts.ts";
import type {
  Country,
  Duration,
  KeyInput,
  LimitInput,
  ListOf,
  Method,
  Path,
  Priority,
  SigningAlgorithm,
} from "./input-values.ts";

/** A configuration. `Names` are those of its policies. */
export interface ConfigInput<Names extends string = string> {
  /**
   * What to forward to: see Origin.
   * (http or https URL, `"zone"`, or the name of one of `origins`. Required.)
   * @example origin: "https://api.example.com/v2"
   */
  readonly origin: string;
  /**
   * Several origins for one name: see Origin pools. A name is written like `name`, and is not `zone`.
   * (object of at most 32 origin pools by name. Default: `{}`.)
   * @example origins: { orders: { members: ["https://a.example.com", "https://b.example.com"] } }
   */
  readonly origins?: Readonly<Record<string, PoolInput<Names>>>;
  /**
   * How this deployment names itself in Via, Cache-Status and Proxy-Status. Two gateways in a row need different names, or the second takes the request for a loop.
   * (1 to 64 letters, digits, `.`, `_`, `-`. Default: `"headgate"`.)
   * @example name: "edge-eu"
   */
  readonly name?: string;
  /**
   * Whether the case of a path tells two paths apart when routes are matched and `path` keys are counted. Forwarding and caching always keep the case.
   * (boolean. Default: `false`.)
   * @example caseSensitive: true
   */
  readonly caseSensitive?: boolean;
  /**
   * What to do with `%2F` and `%5C` in a path: refuse with 400, or forward them as they are.
   * (`"reject"` or `"keep"`. Default: `"reject"`.)
   * @example encodedSlash: "keep"
   */
  readonly encodedSlash?: "reject" | "keep";
  /**
   * Whether several slashes in a row are forwarded, cached and purged as one. With `false` `/a//b` goes on as it came; routes and `path` keys take them for one all the same. A prefix to strip is looked for in the path as it came.
   * (boolean. Default: `true`.)
   * @example mergeSlashes: false
   */
  readonly mergeSlashes?: boolean;
  readonly headers?: {
    /**
     * Whether answers carry RateLimit and RateLimit-Policy.
     * (boolean. Default: `true`.)
     * @example headers: { draft: false }
     */
    readonly draft?: boolean;
    /**
     * Whether answers carry X-RateLimit-Shadow: what the policies say that refuse nobody.
     * (boolean. Default: `false`.)
     * @example headers: { shadow: true }
     */
    readonly shadow?: boolean;
    /**
     * The most that is added to the Retry-After of a 429 at random, in percent of it and in whole seconds, so that clients that were denied together do not come back together. Never less than the exact wait, which the other fields go on saying.
     * (0 to 10. Default: `0`.)
     * @example headers: { retryJitterPercent: 10 }
     */
    readonly retryJitterPercent?: number;
    /**
     * Whether answers carry Server-Timing: what the request waited for at the gateway (`gateway-credential`, `gateway-counter`, `gateway-cache`, `gateway-queue`, `gateway-origin`, each as in log lines) and `gateway`, the whole, in milliseconds.
     * (boolean. Default: `false`.)
     * @example headers: { serverTiming: true }
     */
    readonly serverTiming?: boolean;
  };
  /**
   * The most bytes that the names and values of a request's header fields may have together; more is a 431.
   * (1024 to 131072. Default: `32768`.)
   * @example headerBytesMax: 16384
   */
  readonly headerBytesMax?: number;
  /**
   * How long a client may take over the body of a request: see Slow clients. Routes may have their own; this one also holds for batches and the admin API.
   * (duration. Default: `"30s"`.)
   * @example requestTimeout: "10s"
   */
  readonly requestTimeout?: Duration;
  /**
   * Code of one's own that policies and routes may name. A name is written like `name`.
   * (object of at most 32 functions by name. Default: `{}`.)
   * @example functions: { team: (request: { header: (name: string) => string \| undefined }) => request.header("x-team") }
   */
  readonly functions?: Readonly<Record<string, OwnFunction | FunctionInput>>;
  /**
   * Who is alerted when a key nears its quota, requests are refused, or an origin fails: see Alerts.
   * (list of at most 20 rules. Default: `[]`.)
   * @example alerts: [{ to: [{ slack: "TEAM_SLACK" }] }]
   */
  readonly alerts?: readonly AlertRuleInput[];
  readonly admin?: {
    /**
     * Where the admin API lives. What lies below it never reaches an origin, and no route may have such a path.
     * (path of 1 to 8 segments of letters, digits, `_`, `-`. Default: `"/__headgate/v1"`.)
     * @example admin: { prefix: "/ops" }
     */
    readonly prefix?: Path;
  };
  readonly counters?: {
    /**
     * Counter objects for each place that keys are put in (architecture.md). New gateways do best with 8 to 16: few busy objects write fewer rows than many quiet ones (decision 20). Another number puts most keys into other objects, where they start afresh.
     * (1 to 4096. Default: `64`.)
     * @example counters: { shards: 256 }
     */
    readonly shards?: number;
  };
  /**
   * Who says which pages of other origins may read answers: see CORS.
   * (`"origin"`, `"none"`, or an object. Default: `"origin"`.)
   * @example cors: { origins: ["https://app.example"] }
   */
  readonly cors?: "origin" | "none" | CorsInput;
  /**
   * In whose words the gateway says what went wrong, where no route and no pool's profile says another: see Error dialects.
   * (`"problem"`, `"openai"`, `"anthropic"`, `"gemini"`, `"openrouter"`, `"graph"`, `"stripe"`, `"github"`, `"slack"`, `"google"`, `"graphql"`, `"connect"`, `"grpc-web"`, or an object. Default: `"problem"`.)
   * @example errors: "openai"
   */
  readonly errors?: DialectName | ErrorsInput;
  /**
   * Whether the gateway counts what it does: see Statistics. Nothing of it is in a request's way. `true` is `{}`.
   * (`false`, or an object. Default: `{}`.)
   * @example stats: false
   */
  readonly stats?: boolean | StatsInput;
  /**
   * Limits for consumers on a tier: see Tiers.
   * (object of at most 100 tiers by name, each an object of policies. Default: `{}`.)
   * @example tiers: { pro: { "per-client": { limit: 600 } } }
   */
  readonly tiers?: Readonly<Record<string, TierInput<Names>>>;
  /**
   * The named limits: see Policies. A name is written like `name`.
   * (object of at most 100 policies by name. Required.)
   * @example policies: {}
   */
  readonly policies: Readonly<Record<Names, PolicyInput>>;
  /**
   * What applies to which request: see Routes.
   * (list of 1 to 1000 routes. Required.)
   * @example routes: [{ path: "/*" }]
   */
  readonly routes: readonly RouteInput<Names>[];
  readonly auth?: {
    readonly apiKeys?: {
      /**
       * A query parameter that may hold a key. URLs end up in logs and histories: name one only for clients that can send no header.
       * (parameter of 1 to 64 letters, digits, `_`, `.`, `-`. Default: none.)
       * @example auth: { apiKeys: { query: "api_key" } }
       */
      readonly query?: string;
      /**
       * A field of a form (`application/x-www-form-urlencoded`) that may hold a key, where no other place has a credential. Such a form is waited for before its client is let in, up to 64 KiB and `requestTimeout`, and goes on without the field.
       * (a field's name. Default: none.)
       * @example auth: { apiKeys: { query: "access_token", form: "access_token" } }
       */
      readonly form?: string;
      /**
       * What new keys begin with. Keys with another prefix go on to open.
       * (1 to 15 characters: lower-case letters and digits, with `_` in between. Default: `"hg"`.)
       * @example auth: { apiKeys: { prefix: "acme_live" } }
       */
      readonly prefix?: string;
      /**
       * Which texts are looked up as keys: those of the form that keys made here have, or, for keys that were imported, all of 8 to 512 visible ASCII characters. As a Bearer, what looks like a token is one: three parts, the first of which is base64url of a JSON object.
       * (`"headgate"` or `"any"`. Default: `"headgate"`.)
       * @example auth: { apiKeys: { format: "any" } }
       */
      readonly format?: "headgate" | "any";
      /**
       * When the control object does not answer for 4 seconds: a 503, so that a revoked key ends in time whatever happens; or a key that this isolate knew goes on as it was known, for an hour at most.
       * (`"closed"` or `"known"`. Default: `"closed"`.)
       * @example auth: { apiKeys: { onError: "known" } }
       */
      readonly onError?: "closed" | "known";
    };
    readonly attempts?: {
      /**
       * Credentials that nobody issued, from one address within the window. After that its requests with a credential that the isolate has never accepted are a 429; `limit` look-ups a window, evenly spaced, go on in each isolate for those whose credential is good, who do not use them up.
       * (1 to 1000000. Default: `20`.)
       * @example auth: { attempts: { limit: 5 } }
       */
      readonly limit?: number;
      /**
       * The length of that window.
       * (duration. Default: `"1m"`.)
       * @example auth: { attempts: { window: "10m" } }
       */
      readonly window?: Duration;
    };
    /**
     * Whose tokens are believed: see Issuers.
     * (list of at most 20 issuers. Default: `[]`.)
     * @example auth: { issuers: [] }
     */
    readonly issuers?: readonly IssuerInput[];
  };
  readonly access?: {
    readonly allow?: {
      /**
       * IPv4 and IPv6 in CIDR notation, without bits beyond the prefix; IPv4-mapped IPv6 counts as IPv4.
       * (list of at most 1000 networks or addresses. Default: `[]`.)
       * @example access: { allow: { addresses: ["192.0.2.0/24"] } }
       */
      readonly addresses?: ListOf<string>;
      /**
       * As Cloudflare locates the client, with `T1` for Tor.
       * (list of at most 1000 countries. Default: `[]`.)
       * @example access: { allow: { countries: ["CH", "DE"] } }
       */
      readonly countries?: ListOf<Country>;
      /**
       * Autonomous systems.
       * (list of at most 1000 numbers. Default: `[]`.)
       * @example access: { allow: { asns: [64500] } }
       */
      readonly asns?: ListOf<number>;
      /**
       * `*` is any text and case does not matter; `""` is no user agent. The client's to choose.
       * (list of at most 1000 patterns of at most 256 characters. Default: `[]`.)
       * @example access: { allow: { userAgents: ["Monitor/*"] } }
       */
      readonly userAgents?: ListOf<string>;
      /**
       * Programs, by their TLS handshake. Known with Bot Management alone.
       * (list of at most 1000 fingerprints. Default: `[]`.)
       * @example access: { allow: { ja4: ["t13d1516h2_8daaf6152771_b0da82dd1658"] } }
       */
      readonly ja4?: ListOf<string>;
      /**
       * Search engines and the like, as Bot Management knows them.
       * (boolean. Default: `false`.)
       * @example access: { allow: { verifiedBots: true } }
       */
      readonly verifiedBots?: boolean;
    };
    readonly deny?: {
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { addresses: ["2001:db8::/32"] } }
       */
      readonly addresses?: ListOf<string>;
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { countries: ["KP"] } }
       */
      readonly countries?: ListOf<Country>;
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { asns: [64501] } }
       */
      readonly asns?: ListOf<number>;
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { userAgents: ["*EvilBot*"] } }
       */
      readonly userAgents?: ListOf<string>;
      /**
       * The same.
       * (list of at most 1000 fingerprints. Default: `[]`.)
       * @example access: { deny: { ja4: ["t13i1515h2_8daaf6152771_de4a06bb82e3"] } }
       */
      readonly ja4?: ListOf<string>;
      /**
       * The same.
       * (boolean. Default: `false`.)
       * @example access: { deny: { verifiedBots: true } }
       */
      readonly verifiedBots?: boolean;
      /**
       * Clients that Bot Management scores below it (1 is a program, 99 a person), but for verified bots.
       * (2 to 99. Default: none.)
       * @example access: { deny: { botScoreBelow: 10 } }
       */
      readonly botScoreBelow?: number;
    };
    /**
     * Clients that no policy counts. Credentials are asked of them all the same.
     * (list of at most 1000 networks or addresses. Default: none.)
     * @example access: { unlimited: ["192.0.2.7"] }
     */
    readonly unlimited?: ListOf<string>;
  };
  readonly reputation?: {
    /**
     * Whose score it is: the client's address, IPv6 by its /64, as keys have it.
     * (`"ip"`. Default: `"ip"`.)
     * @example reputation: { key: "ip" }
     */
    readonly key?: "ip";
    /**
     * Whether it is a dry run: scored and logged, never enforced.
     * (`"shadow"` or `"enforce"`. Default: `"shadow"`.)
     * @example reputation: { mode: "enforce" }
     */
    readonly mode?: "shadow" | "enforce";
    readonly signals?: {
      /**
       * Points for a credential that is not accepted.
       * (0 to 10000. Default: `5`.)
       * @example reputation: { signals: { credentialRefused: 10 } }
       */
      readonly credentialRefused?: number;
      /**
       * Points for a path that no route matches.
       * (0 to 10000. Default: `1`.)
       * @example reputation: { signals: { noRoute: 2 } }
       */
      readonly noRoute?: number;
      /**
       * Points for a 404 of an origin. Where one route takes every path, this stands for `noRoute`.
       * (0 to 10000. Default: `0`.)
       * @example reputation: { signals: { notFound: 1 } }
       */
      readonly notFound?: number;
      /**
       * Points for a path, a header section or a method that is refused as it is written.
       * (0 to 10000. Default: `2`.)
       * @example reputation: { signals: { malformed: 5 } }
       */
      readonly malformed?: number;
      /**
       * Points for a request over a limit. They make a suspect at most, never a ban: that is a policy's `ban`.
       * (0 to 10000. Default: `1`.)
       * @example reputation: { signals: { denied: 0 } }
       */
      readonly denied?: number;
      /**
       * Points for a path of `traps`.
       * (0 to 10000. Default: `20`.)
       * @example reputation: { signals: { trap: 50 } }
       */
      readonly trap?: number;
      /**
       * Points for a request of a client that Bot Management scores below `botScoreBelow`, whatever becomes of it.
       * (0 to 10000. Default: `0`.)
       * @example reputation: { signals: { bot: 1 } }
       */
      readonly bot?: number;
    };
    /**
     * From 1, a program, to 99, a person.
     * (2 to 99. Default: `30`.)
     * @example reputation: { botScoreBelow: 10, signals: { bot: 2 } }
     */
    readonly botScoreBelow?: number;
    /**
     * In which a score halves.
     * (duration, 1 min to 1 d. Default: `"10m"`.)
     * @example reputation: { halfLife: "30m" }
     */
    readonly halfLife?: Duration;
    /**
     * The score from which a client is suspect.
     * (1 to 10000. Default: `30`.)
     * @example reputation: { suspect: 20 }
     */
    readonly suspect?: number;
    /**
     * The score that bans.
     * (1 to 10000, not less than `suspect`. Default: `100`.)
     * @example reputation: { ban: 200 }
     */
    readonly ban?: number;
    /**
     * How long the first ban lasts, the second, ...; the last repeats. Each stretch without a ban as long as the last one forgives one step. `[]`: nobody is banned.
     * (list of at most 10 durations, 1 min to 30 d. Default: `["10m", "1h", "1d"]`.)
     * @example reputation: { banFor: ["5m", "1h"] }
     */
    readonly banFor?: ListOf<Duration>;
    /**
     * Decoys: paths that no client of yours asks for. They answer 404 and reach no origin.
     * (list of at most 100 paths. Default: `[]`.)
     * @example reputation: { traps: ["/.env", "/wp-login.php"] }
     */
    readonly traps?: ListOf<string>;
    readonly trusted?: {
      /**
       * How long an address must have come without a point held against it to be trusted. Without `trusted` nobody is.
       * (duration, 1 h to 30 d. Default: `"7d"`.)
       * @example reputation: { trusted: { after: "14d" } }
       */
      readonly after?: Duration;
    };
  };
  readonly portal?: {
    /**
     * API keys that a consumer may have to make another one itself; 0: it makes, rotates and revokes none. Those that you make count too.
     * (0 to 100. Default: `5`.)
     * @example portal: { keysMax: 10 }
     */
    readonly keysMax?: number;
    /**
     * Limits that are going to change: see Announced changes.
     * (list of at most 100 changes. Default: `[]`.)
     * @example portal: { announced: [{ policy: "per-client", limit: 50, from: "2027-01-01" }] }
     */
    readonly announced?: readonly AnnouncedInput[];
  };
  readonly denied?: {
    /**
     * The body. `{retryAfter}` is the wait in whole seconds, `{policy}` and `{limit}` the name and the limit of the policy that holds longest. Of a JSON type it must be JSON, with `{policy}` in quotes.
     * (1 to 16384 characters. Required.)
     * @example denied: { body: '{"error":{"code":"rate_limited","retry_after":{retryAfter}}}' }
     */
    readonly body: string;
    /**
     * The status. Clients know a 429; others they may not take for a limit.
     * (400 to 599. Default: `429`.)
     * @example denied: { body: "{}", status: 503 }
     */
    readonly status?: number;
    /**
     * The Content-Type.
     * (a media type, with a parameter if need be. Default: `"application/json"`.)
     * @example denied: { body: "Come back in {retryAfter} s.", contentType: "text/plain; charset=utf-8" }
     */
    readonly contentType?: string;
  };
  readonly batch?: {
    /**
     * Where batches are sent, however it is written. No route may have it.
     * (path of 1 to 8 segments of letters, digits, `_`, `-`. Default: `"/__headgate/v1/batch"`.)
     * @example batch: { path: "/batch" }
     */
    readonly path?: Path;
    /**
     * The most requests in one, and the most calls that these make: an aggregate counts with all its parts.
     * (1 to 50. Default: `50`.)
     * @example batch: { membersMax: 20 }
     */
    readonly membersMax?: number;
    /**
     * How many of them are asked at a time. At Cloudflare six connections of a request may wait for their headers; more wait for one of those.
     * (1 to 50. Default: `6`.)
     * @example batch: { parallel: 10 }
     */
    readonly parallel?: number;
    /**
     * The largest batch.
     * (1024 to 16777216. Default: `1048576`.)
     * @example batch: { bodyBytesMax: 65536 }
     */
    readonly bodyBytesMax?: number;
    /**
     * The largest body of an answer; a larger one is a 502 in its place.
     * (1024 to 16777216. Default: `1048576`.)
     * @example batch: { memberBytesMax: 65536 }
     */
    readonly memberBytesMax?: number;
    /**
     * The most bytes that all bodies may have together, as they came.
     * (1024 to 16777216. Default: `8388608`.)
     * @example batch: { answerBytesMax: 1048576 }
     */
    readonly answerBytesMax?: number;
    /**
     * The policies that count batches as such, before they are read: a batch is taken from all of them or refused with 429. They count by what a batch has itself: `ip`, `header:<name>`, `everyone`, not by a consumer or a parameter.
     * (list of at most 16 names. Default: `[]`.)
     * @example batch: { policies: ["per-client"] }
     */
    readonly policies?: ListOf<NoInfer<Names>>;
    /**
     * The units that each request in a batch takes from them.
     * (0 to 2^40. Default: `1`.)
     * @example batch: { policies: ["per-client"], cost: 2 }
     */
    readonly cost?: number;
    /**
     * The time for all of it; what is not answered by then is a 504.
     * (`"1ms"` to `"10m"`. Default: `"60s"`.)
     * @example batch: { timeout: "20s" }
     */
    readonly timeout?: Duration;
  };
  readonly log?: {
    /**
     * The share of requests answered by their origin or the cache that leave a log line.
     * (share, 0 to 1. Default: `0`.)
     * @example log: { allowed: 0.01 }
     */
    readonly allowed?: number;
    /**
     * The same for refused requests.
     * (share, 0 to 1. Default: `1`.)
     * @example log: { denied: 0.01 }
     */
    readonly denied?: number;
    /**
     * The same for requests that a shadow policy would have refused.
     * (share, 0 to 1. Default: `1`.)
     * @example log: { shadow: 0 }
     */
    readonly shadow?: number;
    /**
     * The same for requests that were decided without their counter object.
     * (share, 0 to 1. Default: `1`.)
     * @example log: { degraded: 0.5 }
     */
    readonly degraded?: number;
    /**
     * The same for requests whose origin gave no answer.
     * (share, 0 to 1. Default: `1`.)
     * @example log: { failed: 1 }
     */
    readonly failed?: number;
    /**
     * Whether lines have the client's address. Truncated, the last 8 bits of an IPv4 address and the last 80 of an IPv6 address are zero.
     * (`"none"`, `"truncated"` or `"full"`. Default: `"none"`.)
     * @example log: { addresses: "truncated" }
     */
    readonly addresses?: "none" | "truncated" | "full";
    /**
     * Whether the platform's log gets the lines too. With `false`, which needs sinks, only they do.
     * (boolean. Default: `true`.)
     * @example log: { console: false, sinks: [{ url: "https://logs.example.com/in" }] }
     */
    readonly console?: boolean;
    /**
     * Receivers that get every line over HTTP: see Log sinks.
     * (list of at most 4 sinks. Default: `[]`.)
     * @example log: { sinks: [{ url: "https://logs.example.com/in" }] }
     */
    readonly sinks?: readonly LogSinkInput[];
  };
}

/** Which pages of other origins may ask, and read answers. */
export interface CorsInput {
  /**
   * Pages of these origins. `https://*.app.example` is every host below `app.example`. `"*"` is all pages, and not allowed with `credentials`.
   * (list of 1 to 100 origins, or `"*"`. Required.)
   * @example cors: { origins: ["https://app.example", "https://*.preview.example"] }
   */
  readonly origins: "*" | readonly string[];
  /**
   * Whether pages may send cookies. API keys and tokens in header fields need it not.
   * (boolean. Default: `false`.)
   * @example cors: { origins: ["https://app.example"], credentials: true }
   */
  readonly credentials?: boolean;
  /**
   * Header fields that pages may send; `"*"` is whatever a page asks for, Authorization too.
   * (list of 1 to 100 header names, or `"*"`. Default: `"*"`.)
   * @example cors: { origins: "*", headers: ["authorization", "content-type"] }
   */
  readonly headers?: "*" | readonly string[];
  /**
   * Header fields of answers that pages may read, beside those that the origin exposes, Retry-After and the rate-limit fields.
   * (list of 1 to 100 header names. Default: none.)
   * @example cors: { origins: "*", exposed: ["x-total-count"] }
   */
  readonly exposed?: ListOf<string>;
  /**
   * How long a browser may keep the answer to a preflight.
   * (duration from `"1s"` to `"24h"`. Default: `"10m"`.)
   * @example cors: { origins: "*", maxAge: "1h" }
   */
  readonly maxAge?: Duration;
  /**
   * Whether the gateway answers preflights, or the origin.
   * (`"answer"` or `"pass"`. Default: `"answer"`.)
   * @example cors: { origins: "*", preflight: "pass" }
   */
  readonly preflight?: "answer" | "pass";
}

/** A body of one's own for what goes wrong. */
export interface ErrorsInput {
  /**
   * The body. `{status}`, `{code}` and `{message}` are the problem's, `{retryAfter}` the wait in whole seconds, 0 for none. Of a JSON type it must be JSON, with `{code}` and `{message}` in quotes.
   * (1 to 16384 characters. Required.)
   * @example errors: { template: '{"fault":"{code}","text":"{message}"}' }
   */
  readonly template: string;
  /**
   * The status of all of them.
   * (400 to 599. Default: none: the problem's.)
   * @example errors: { template: "{message}", contentType: "text/plain", status: 400 }
   */
  readonly status?: number;
  /**
   * The Content-Type.
   * (a media type, with a parameter if need be. Default: `"application/json"`.)
   * @example errors: { template: "{message}", contentType: "text/plain; charset=utf-8" }
   */
  readonly contentType?: string;
}

/** Where the sums of statistics go. */
export interface StatsInput {
  readonly otlp?: {
    /**
     * Where the sums are pushed by OpenTelemetry's protocol over HTTP, in JSON: see Metrics.
     * (https URL; http for a loopback address. Required.)
     * @example stats: { otlp: { url: "https://otlp.example.com/v1/metrics" } }
     */
    readonly url: string;
    /**
     * Credentials for the receiver.
     * (object of at most 8 header fields, each with a secret's name. Default: `{}`.)
     * @example stats: { otlp: { url: "https://otlp.example.com/v1/metrics", fields: { Authorization: "OTLP_TOKEN" } } }
     */
    readonly fields?: Readonly<Record<string, string>>;
    /**
     * How often, while requests come.
     * (duration, 10 s to 1 h. Default: `"1m"`.)
     * @example stats: { otlp: { url: "https://otlp.example.com/v1/metrics", every: "30s" } }
     */
    readonly every?: Duration;
  };
}

/** A limit that is going to change. */
export interface AnnouncedInput {
  /**
   * Told to consumers whom it counts.
   * (a policy's name. Required.)
   * @example policy: "per-client"
   */
  readonly policy: string;
  /**
   * Told to consumers of this tier alone.
   * (a tier's name. Default: none: every tier.)
   * @example tier: "pro"
   */
  readonly tier?: string;
  /**
   * What the limit will be.
   * (0 to 2^40. Required.)
   * @example limit: 50
   */
  readonly limit: number;
  /**
   * From when on. What is past is not told.
   * (a date, or an instant in UTC. Required.)
   * @example from: "2027-01-01T12:00:00Z"
   */
  readonly from: string;
  /**
   * What its reader may want to know.
   * (1 to 200 characters. Default: none.)
   * @example note: "See our blog for why"
   */
  readonly note?: string;
}

/** A receiver of log lines. */
export interface LogSinkInput {
  /**
   * Where to send lines. Either this or `urlSecret`.
   * (https URL (http on the loopback address). Default: none.)
   * @example url: "https://logs.example.com/in"
   */
  readonly url?: string;
  /**
   * The secret that has the URL, where the URL itself opens the receiver.
   * (name of a secret. Default: none.)
   * @example urlSecret: "LOGS_URL"
   */
  readonly urlSecret?: string;
  /**
   * Header fields to send, each with the value of a secret: the whole value, with a scheme where there is one (`Splunk 0c1d...`).
   * (object of at most 8 header fields and secrets' names. Default: `{}`.)
   * @example fields: { Authorization: "SPLUNK_AUTHORIZATION" }
   */
  readonly fields?: Readonly<Record<string, string>>;
  /**
   * The body that the receiver takes.
   * (`"ndjson"`, `"splunk-hec"`, `"elastic-bulk"`, `"loki"` or `"otlp"`. Default: `"ndjson"`.)
   * @example format: "loki"
   */
  readonly format?: "ndjson" | "splunk-hec" | "elastic-bulk" | "loki" | "otlp";
  /**
   * What a line looks like in it: as on the console, in the Elastic Common Schema 8.17, or as an OCSF 1.3 event (HTTP Activity 4002).
   * (`"headgate"`, `"ecs"` or `"ocsf"`. Default: `"headgate"`.)
   * @example shape: "ecs"
   */
  readonly shape?: "headgate" | "ecs" | "ocsf";
}

/** Which alerts are sent where. */
export interface AlertRuleInput {
  /**
   * Which conditions: below.
   * (list of conditions, at most all of them. Default: `["quota-80","quota-100","denied","credentials","failing","degraded","breaker","upstream","silence","unusual","limit-requested"]`.)
   * @example when: ["quota-100", "failing"]
   */
  readonly when?: ListOf<"quota-80" | "quota-100" | "denied" | "credentials" | "failing" | "degraded" | "breaker" | "upstream" | "silence" | "unusual" | "limit-requested">;
  /**
   * How long a condition must hold before an alert is sent; unless given, the condition's own time. A quota that is crossed waits for nothing.
   * (duration. Default: none.)
   * @example for: "10m"
   */
  readonly for?: Duration;
  /**
   * Where messages are sent: see Alert channels.
   * (list of 1 to 8 channels. Required.)
   * @example to: [{ slack: "TEAM_SLACK" }]
   */
  readonly to: readonly AlertChannelInput[];
}

/** Who receives alerts. */
export interface AlertChannelInput {
  /**
   * The secret with the URL of a receiver of Alertmanager's webhook body, version 4. Exactly one of this, `slack` and `email`.
   * (name of a secret. Default: none.)
   * @example webhook: "ONCALL_URL"
   */
  readonly webhook?: string;
  /**
   * The secret that a webhook's messages are signed with, as Standard Webhooks has it: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
   * (name of a secret. Default: none.)
   * @example webhook: "ONCALL_URL", signature: "ONCALL_SECRET"
   */
  readonly signature?: string;
  /**
   * The secret with the URL of a Slack incoming webhook.
   * (name of a secret. Default: none.)
   * @example slack: "TEAM_SLACK"
   */
  readonly slack?: string;
  /**
   * The binding that sends the messages as plain text.
   * (name of a `send_email` binding. Default: none.)
   * @example email: "ALERT_EMAIL", from: "headgate@example.com", to: "oncall@example.com"
   */
  readonly email?: string;
  /**
   * The sender.
   * (e-mail address; with `email`. Default: none.)
   * @example email: "ALERT_EMAIL", from: "headgate@example.com", to: "oncall@example.com"
   */
  readonly from?: string;
  /**
   * Who receives the message.
   * (e-mail address; with `email`. Default: none.)
   * @example email: "ALERT_EMAIL", from: "headgate@example.com", to: "oncall@example.com"
   */
  readonly to?: string;
}

/** Who signs tokens, and how. */
export interface IssuerInput {
  /**
   * An identity provider whose tokens are known: see Presets.
   * (`"auth0"`, `"clerk"`, `"cognito"`, `"supabase"`, `"keycloak"`, `"firebase"`, `"entra"`, `"entra-v1"`, `"okta"` or `"workos"`. Default: none.)
   * @example preset: "auth0", tenant: "acme.eu.auth0.com"
   */
  readonly preset?: "auth0" | "clerk" | "cognito" | "supabase" | "keycloak" | "firebase" | "entra" | "entra-v1" | "okta" | "workos";
  /**
   * What of the provider is yours: a domain, a project, a pool.
   * (1 to 256 characters, with `preset`. Default: none.)
   * @example preset: "firebase", tenant: "acme-1"
   */
  readonly tenant?: string;
  /**
   * The claim `iss` is exactly one of them. `{tid}` stands for what the token's claim `tid` says, for a provider whose every tenant is an issuer.
   * (list of 1 to 20 issuers, each once. Default: none: the preset's.)
   * @example issuer: "https://login.example.com"
   */
  readonly issuer?: ListOf<string>;
  /**
   * The claim `aud` must have one of them.
   * (list of 1 to 20 audiences. Default: none: the preset's.)
   * @example audience: "https://api.example.com"
   */
  readonly audience?: ListOf<string>;
  /**
   * The client that the token was issued to must be one of them, by the first of these claims that it has: `azp`, `client_id`, `appid`, `cid`. For tokens without an `aud`, or beside it.
   * (list of 1 to 20 clients. Default: none.)
   * @example authorizedParties: ["https://app.example.com"]
   */
  readonly authorizedParties?: ListOf<string>;
  /**
   * Takes tokens for everybody. Only where the keys are one client's alone.
   * (`true`. Default: none.)
   * @example anyAudience: true
   */
  readonly anyAudience?: true;
  /**
   * Each claim must be there with one of its values; of a claim that is a list, one must be in it.
   * (object of at most 10 claims, each with a value or a list of values. Default: none: the preset's.)
   * @example requires: { token_use: "access" }
   */
  readonly requires?: Readonly<Record<string, ListOf<string>>>;
  /**
   * A token whose claim has one of these values is refused.
   * (object of at most 10 claims, each with a value or a list of values. Default: none: the preset's.)
   * @example refuses: { sts: "pending" }
   */
  readonly refuses?: Readonly<Record<string, ListOf<string>>>;
  /**
   * The only ones that its tokens may be signed by. HS* with a `secret` and nowhere else.
   * (list of RS256, PS256, ES256 (each also 384 and 512), EdDSA, Ed25519; or of HS256, HS384, HS512. Default: none: the preset's.)
   * @example algorithms: ["ES256"]
   */
  readonly algorithms?: ListOf<SigningAlgorithm>;
  /**
   * Where its public keys are. Asked for when they are 10 minutes old, and for a key that is not among them, 30 seconds apart at least, by one isolate for all of its data centre.
   * (https URL (http on the loopback address). Default: none.)
   * @example jwks: "https://login.example.com/jwks.json"
   */
  readonly jwks?: string;
  /**
   * The shared secret, of at least 32, 48 or 64 bytes by algorithm.
   * (name of a secret. Default: none.)
   * @example secret: "JWT_SECRET"
   */
  readonly secret?: string;
  /**
   * The public key as PEM (SPKI); line ends may be written `\n`.
   * (name of a secret. Default: none.)
   * @example publicKey: "JWT_PUBLIC_KEY"
   */
  readonly publicKey?: string;
  readonly claims?: {
    /**
     * Who the token belongs to: 1 to 128 printable ASCII characters. Issuers whose claims say the same mean the same consumer.
     * (a claim. Default: none: `sub`, or the preset's.)
     * @example claims: { consumer: "client_id" }
     */
    readonly consumer?: string;
    /**
     * The tier. Without it a token has none.
     * (a claim, or an object. Default: none.)
     * @example claims: { tier: "app_metadata.plan" }
     */
    readonly tier?: string | { readonly claim: string; readonly contains: Readonly<Record<string, string>> };
    /**
     * The scopes, as text with spaces in between or as a list; those of several claims together.
     * (list of 1 to 4 claims. Default: none: `scope`, or the preset's.)
     * @example claims: { scopes: ["scp", "roles"] }
     */
    readonly scopes?: ListOf<string>;
  };
  /**
   * How far the issuer's clock may be off.
   * (duration of at most 5 minutes. Default: `"30s"`.)
   * @example skew: "10s"
   */
  readonly skew?: Duration;
}

/** Several origins for one name. */
export interface PoolInput<Names extends string = string> {
  /**
   * See Pool members.
   * (list of 1 to 32 origins, each a URL or an object. Required.)
   * @example members: ["https://a.example.com"]
   */
  readonly members: ListOf<string | MemberInput>;
  /**
   * Requests with one key keep to one member while it is well. A member that comes or goes moves its own share of the keys and no others. A request without the key goes to any.
   * (a key part, or a list of 1 to 8 (Keys). Default: none: each request is on its own.)
   * @example affinity: "cookie:sid"
   */
  readonly affinity?: ListOf<KeyInput>;
  /**
   * An answer whose header section took longer counts as bad. Requests with a streamed body are not timed.
   * (duration. Default: none.)
   * @example slow: "2s"
   */
  readonly slow?: Duration;
  /**
   * How long a member that came back takes from a tenth of its weight to all of it.
   * (duration. Default: `"30s"`.)
   * @example slowStart: "2m"
   */
  readonly slowStart?: Duration;
  readonly retries?: {
    /**
     * Retries of one request.
     * (0 to 5. Default: `2`.)
     * @example retries: { max: 1 }
     */
    readonly max?: number;
    /**
     * The first step of the wait before a retry. It doubles with each, and the wait is anything from nothing to the step.
     * (duration. Default: `"50ms"`.)
     * @example retries: { backoff: "100ms" }
     */
    readonly backoff?: Duration;
    /**
     * The longest step.
     * (duration. Default: `"1s"`.)
     * @example retries: { backoffMax: "5s" }
     */
    readonly backoffMax?: Duration;
    /**
     * The longest Retry-After that the gateway waits for itself. A longer one goes to the client.
     * (duration. Default: `"2s"`.)
     * @example retries: { retryAfterMax: "10s" }
     */
    readonly retryAfterMax?: Duration;
    /**
     * Request bodies of a stated length up to this are kept and can be sent again. All others are streamed, once.
     * (0 to 1048576. Default: `65536`.)
     * @example retries: { bodyBytesMax: 0 }
     */
    readonly bodyBytesMax?: number;
    /**
     * Retries per hundred requests, in each Worker instance (isolate).
     * (0 to 100. Default: `10`.)
     * @example retries: { budgetPercent: 5 }
     */
    readonly budgetPercent?: number;
    /**
     * After what another member is asked though the method is not idempotent, as POST is not: a 503 or 529, which is taken for a call that was not begun; no answer within the route's `timeout`, or a 504 or 524. The first may be at work on it all the same, and a call of a model is then paid for twice.
     * (list of `"overloaded"` and `"late"`. Default: none: `["overloaded"]` where `feedback.profile` is `"openai"`, `"anthropic"`, `"azure-openai"` or `"gemini"`, else `[]`.)
     * @example members: ["https://a.example.com", "https://b.example.com"], retries: { nonIdempotent: ["overloaded", "late"] }
     */
    readonly nonIdempotent?: ListOf<"overloaded" | "late">;
    /**
     * Answers that are sent again like bad ones, where the method is idempotent. They open no breaker.
     * (list of at most 16 statuses, 400 to 599. Default: `[]`.)
     * @example retries: { statuses: [500] }
     */
    readonly statuses?: ListOf<number>;
  };
  readonly breaker?: {
    /**
     * Bad answers in a row after which a member is left alone.
     * (1 to 1000000. Default: `5`.)
     * @example breaker: { failures: 3 }
     */
    readonly failures?: number;
    /**
     * The share of bad answers within the window that does the same.
     * (1 to 100. Default: `50`.)
     * @example breaker: { percent: 25 }
     */
    readonly percent?: number;
    /**
     * How many answers a window must have for its share to count.
     * (1 to 1000000. Default: `20`.)
     * @example breaker: { answers: 100 }
     */
    readonly answers?: number;
    /**
     * The length of the window.
     * (duration. Default: `"10s"`.)
     * @example breaker: { window: "1m" }
     */
    readonly window?: Duration;
    /**
     * How long the member is left alone.
     * (duration. Default: `"5s"`.)
     * @example breaker: { open: "30s" }
     */
    readonly open?: Duration;
    /**
     * Requests that then try it, in each isolate. When all of them are answered well it is back.
     * (1 to 100. Default: `3`.)
     * @example breaker: { probes: 1 }
     */
    readonly probes?: number;
  };
  readonly checks?: {
    /**
     * What the health object GETs from each member, behind the member's base path.
     * (path, with a query if need be. Required.)
     * @example checks: { path: "/health" }
     */
    readonly path: Path;
    /**
     * The pause between two checks.
     * (`"1s"` to `"24h"`. Default: `"10s"`.)
     * @example checks: { path: "/health", interval: "30s" }
     */
    readonly interval?: Duration;
    /**
     * How long a check may take, its body included.
     * (`"1ms"` to `"60s"`. Default: `"2s"`.)
     * @example checks: { path: "/health", timeout: "500ms" }
     */
    readonly timeout?: Duration;
    /**
     * The statuses that are good.
     * (list of 1 to 16 statuses. Default: `[200]`.)
     * @example checks: { path: "/health", statuses: [200, 204] }
     */
    readonly statuses?: ListOf<number>;
    /**
     * What the first 64 Ki characters of the body must contain.
     * (1 to 1024 characters. Default: none.)
     * @example checks: { path: "/health", body: "ok" }
     */
    readonly body?: string;
    /**
     * Bad checks in a row after which a member is down.
     * (1 to 100. Default: `3`.)
     * @example checks: { path: "/health", down: 2 }
     */
    readonly down?: number;
    /**
     * Good checks in a row after which it is up.
     * (1 to 100. Default: `2`.)
     * @example checks: { path: "/health", up: 5 }
     */
    readonly up?: number;
  };
  /**
   * What its calls are counted by, all of which must admit a call: see Outbound limits.
   * (list of at most 16 policies' names. Default: `[]`.)
   * @example policies: ["per-client"]
   */
  readonly policies?: ListOf<NoInfer<Names>>;
  /**
   * The units that a call takes from each of the pool's policies. What a route costs is another matter.
   * (like a route's `cost`. Default: `1`.)
   * @example cost: { methods: { GET: 1, POST: 5 } }
   */
  readonly cost?: CostInput;
  /**
   * What is done with a request while there is no quota, tried in this order. What nothing helps is rejected.
   * (list of `"queue"`, `"stale"` and `"reject"`, each once. Default: `["queue","stale","reject"]`.)
   * @example whenLimited: ["stale", "reject"]
   */
  readonly whenLimited?: ListOf<"queue" | "stale" | "reject">;
  readonly queue?: {
    /**
     * How long a request waits for quota at most, over all its attempts.
     * (duration. Default: `"10s"`.)
     * @example queue: { waitMax: "30s" }
     */
    readonly waitMax?: Duration;
    /**
     * How many requests wait for one counter, in each isolate.
     * (1 to 1000. Default: `100`.)
     * @example queue: { lengthMax: 20 }
     */
    readonly lengthMax?: number;
    /**
     * How much of `lengthMax`, in percent, one client may take with calls of a priority and of those above it.
     * (1 to 100. Default: `100`.)
     * @example queue: { share: 25 }
     */
    readonly share?: number;
  };
  readonly priority?: {
    /**
     * The priority of a consumer's requests. It goes before the tier's, and that before the route's.
     * (object of consumers, each `"critical"`, `"normal"` or `"background"`. Default: `{}`.)
     * @example priority: { consumers: { billing: "critical" } }
     */
    readonly consumers?: Readonly<Record<string, Priority>>;
    /**
     * The priority of requests of consumers on a tier.
     * (object of tiers, each a priority. Default: `{}`.)
     * @example priority: { tiers: { free: "background" } }
     */
    readonly tiers?: Readonly<Record<string, Priority>>;
    /**
     * A request header in which a client says its priority. The origin does not get it. Anything but a priority says nothing.
     * (a header's name. Default: none.)
     * @example priority: { header: "x-priority" }
     */
    readonly header?: string;
    /**
     * The highest that the header can claim. It can always lower a request's priority.
     * (a priority. Default: `"normal"`.)
     * @example priority: { header: "x-priority", headerMax: "critical" }
     */
    readonly headerMax?: Priority;
  };
  readonly adapt?: {
    /**
     * With `adapt` the pool finds out what its origin can answer: see Load shedding. `"shadow"` (dry run) decides and counts, and refuses nobody.
     * (`"shadow"` or `"enforce"`. Default: `"shadow"`.)
     * @example adapt: { mode: "enforce" }
     */
    readonly mode?: "shadow" | "enforce";
  };
  /**
   * `"member"`: each member is an account of its own. Policies count, and feedback stops, each alone: see Accounts.
   * (`"pool"` or `"member"`. Default: `"pool"`.)
   * @example per: "member", feedback: { profile: "facebook-graph" }
   */
  readonly per?: "pool" | "member";
  readonly feedback?: {
    /**
     * The dialect in which the origin speaks of its own limits. See Feedback.
     * (`"standard"`, `"anthropic"`, `"atlassian"`, `"azure-openai"`, `"facebook-graph"`, `"gemini"`, `"github"`, `"hubspot"`, `"openai"`, `"shopify"`, `"slack"`, `"stripe"`. Required.)
     * @example feedback: { profile: "github" }
     */
    readonly profile: "standard" | "anthropic" | "atlassian" | "azure-openai" | "facebook-graph" | "gemini" | "github" | "hubspot" | "openai" | "shopify" | "slack" | "stripe";
    /**
     * The policy of the pool that stands for a scope of the profile: what is said of the scope holds for the policy's key of the request. Without one the profile tells the scope's quotas apart itself, where it can (see Feedback), and else the scope counts for the whole origin: one throttled account there stops all calls. A profile with one scope and a pool with one policy belong together unasked.
     * (object of policies by scope. Default: `{}`.)
     * @example policies: ["per-client"], feedback: { profile: "facebook-graph", scopes: { app: "per-client" } }
     */
    readonly scopes?: Readonly<Record<string, NoInfer<Names>>>;
    /**
     * A scope without a policy holds for the whole pool, and no check warns of it.
     * (`"pool"`. Default: none.)
     * @example feedback: { profile: "facebook-graph", otherScopes: "pool" }
     */
    readonly otherScopes?: "pool";
    /**
     * The usage in percent from which requests are paced.
     * (50 to 95. Default: `80`.)
     * @example feedback: { profile: "standard", paceFrom: 70 }
     */
    readonly paceFrom?: number;
    /**
     * The longest stop, whatever the origin says.
     * (`"1s"` to `"24h"`. Default: `"1h"`.)
     * @example feedback: { profile: "standard", stopMax: "10m" }
     */
    readonly stopMax?: Duration;
  };
}

/** One origin of a pool. */
export interface MemberInput {
  /**
   * Written like `origin`, with a base path if need be. Each once in a pool, or each `account` of it once.
   * (http or https URL. Default: none: required, but beside `service` and `assets`.)
   * @example url: "https://a.example.com/v2"
   */
  readonly url?: string;
  /**
   * Another Worker: see Cloudflare's own origins.
   * (the name of a binding. Default: none.)
   * @example service: "API"
   */
  readonly service?: string;
  /**
   * Static assets of the deployment.
   * (the name of a binding. Default: none.)
   * @example assets: "ASSETS"
   */
  readonly assets?: string;
  /**
   * A service in a private network, by Workers VPC.
   * (the name of a binding, beside `url`. Default: none.)
   * @example vpc: "INTERNAL", url: "http://orders.internal"
   */
  readonly vpc?: string;
  /**
   * The client certificate that the origin is shown (mTLS).
   * (the name of a binding, beside an https `url`. Default: none.)
   * @example certificate: "CLIENT_CERT", url: "https://a.example.com"
   */
  readonly certificate?: string;
  /**
   * An R2 bucket in place of a `url`: `GET` and `HEAD` of the object whose key is the path.
   * (the name of a binding. Default: none.)
   * @example r2: "FILES"
   */
  readonly r2?: string;
  /**
   * Tells members with one URL apart, in the log as `https://a.example.com#app-a`.
   * (1 to 64 letters, digits, dots, dashes and underscores. Default: none: for a URL that stood there before, its `credential.secret`.)
   * @example account: "app-a"
   */
  readonly account?: number;
  /**
   * Its share of the requests, beside the others' weights.
   * (1 to 1000. Default: `1`.)
   * @example weight: 3
   */
  readonly weight?: number;
  /**
   * A fallback is asked while no primary can be, and after a primary has failed this very request when no other is left.
   * (`"primary"` or `"fallback"`. Default: `"primary"`.)
   * @example role: "fallback"
   */
  readonly role?: "primary" | "fallback";
  /**
   * The host that requests name. At Cloudflare the gateway then connects to the URL's host by `resolveOverride`, which takes effect only where both hosts are in the Worker's own zone; `npm start` connects to `host` itself.
   * (lower-case host without a port. Default: none: the URL's.)
   * @example host: "api.example.com"
   */
  readonly host?: string;
  /**
   * Taken from the front of a forwarded path that has it; redirects get it back. With the URL's base path it rewrites paths.
   * (path without a trailing slash. Default: none.)
   * @example stripPrefix: "/api"
   */
  readonly stripPrefix?: Path;
  /**
   * Set over the client's. Not the fields that the gateway sets or drops itself.
   * (object of at most 32 fields. Default: `{}`.)
   * @example headers: { "x-region": "eu" }
   */
  readonly headers?: Readonly<Record<string, string>>;
  readonly credential?: {
    /**
     * The secret with the credential's text: 8 to 4096 printable characters of ASCII.
     * (name of a secret. Required.)
     * @example credential: { secret: "FB_TOKEN", query: "access_token" }
     */
    readonly secret: string;
    /**
     * What is used once there is no `secret`.
     * (name of a secret. Default: none.)
     * @example credential: { secret: "FB_TOKEN", next: "FB_TOKEN_2", query: "access_token" }
     */
    readonly next?: string;
    /**
     * The field that it stands in; or else `query`. Not the fields that the gateway sets or drops itself.
     * (a header's name. Default: none.)
     * @example credential: { secret: "KEY", header: "x-api-key" }
     */
    readonly header?: string;
    /**
     * The query parameter that it stands in.
     * (parameter's name. Default: none.)
     * @example credential: { secret: "FB_TOKEN", query: "access_token" }
     */
    readonly query?: string;
    /**
     * What stands before it in the field.
     * (1 to 32 characters of a token. Default: none.)
     * @example credential: { secret: "KEY", header: "authorization", scheme: "Bearer" }
     */
    readonly scheme?: string;
    /**
     * The secret of a Facebook app: calls get its `appsecret_proof`, the HMAC-SHA256 of the credential by it, as a query parameter.
     * (name of a secret. Default: none.)
     * @example credential: { secret: "FB_TOKEN", query: "access_token", appSecret: "FB_APP_SECRET" }
     */
    readonly appSecret?: string;
  };
}

/** What every policy has, whatever its algorithm. */
export interface PolicyBase {
  /**
   * What is counted by: see Keys.
   * (a key part, or a list of 1 to 8. Required.)
   * @example key: ["ip", "path"]
   */
  readonly key: ListOf<KeyInput>;
  /**
   * When a part of the key is missing: all such requests share one counter, the policy does not apply, a 403 refuses, or the client's address is counted by beside the parts that are there. **With the default all anonymous clients share one counter, so one of them can use it up for all**: choose `"ip"`, or put a policy by `ip` beside it.
   * (`"shared"`, `"skip"`, `"deny"` or `"ip"`. Default: `"shared"`.)
   * @example onMissing: "deny"
   */
  readonly onMissing?: "shared" | "skip" | "deny" | "ip";
  /**
   * When the counter object does not answer. `"local"`: each Worker instance (isolate) decides by its share of what was left, and what it admits is charged once the object answers: hardly more than the limit passes (decision 16). `"local-full"`: each instance decides alone by the whole limit, so that many instances pass many limits. `"open"`: the request passes. `"closed"`: a 503 refuses.
   * (`"local"`, `"local-full"`, `"open"` or `"closed"`. Default: `"local"`.)
   * @example onError: "closed"
   */
  readonly onError?: "local" | "local-full" | "open" | "closed";
  /**
   * How long the counter object may take, a wait for a call that others share included. Of several policies in one call the shortest holds; shadow policies do not shorten it.
   * (1 to 60000. Default: `500`.)
   * @example timeoutMs: 200
   */
  readonly timeoutMs?: number;
  /**
   * `"auto"`: isolates decide busy keys by themselves, from quota leases that the counter object grants them (below). `"exact"`: the counter object is asked for every request.
   * (`"auto"` or `"exact"`. Default: `"auto"`.)
   * @example consistency: "exact"
   */
  readonly consistency?: "auto" | "exact";
  /**
   * A shadow policy is decided, counted, logged and shown on request, and refuses nobody.
   * (`"enforce"` or `"shadow"`. Default: `"enforce"`.)
   * @example mode: "shadow"
   */
  readonly mode?: "enforce" | "shadow";
  /**
   * The share of keys, chosen by a stable hash, that the policy refuses. For the others it is a shadow.
   * (0 to 100. Default: `100`.)
   * @example enforcePercent: 5
   */
  readonly enforcePercent?: number;
  /**
   * What a request takes from this policy, where that is not what it takes from the route's others.
   * (like a route's `cost`, or a token cost. Default: none: the route's.)
   * @example cost: { estimate: "openai" }
   */
  readonly cost?: CostInput | TokenCostInput;
  readonly settle?: {
    /**
     * A response header whose whole number says what the request really cost. Whatever else it says keeps the estimate.
     * (a header's name. Default: none.)
     * @example settle: { header: "x-units" }
     */
    readonly header?: string;
    /**
     * Whose words the answer uses for what a language model used, in a JSON document or a stream of events: see Token costs.
     * (`"openai"`, `"openai-responses"`, `"anthropic"`, `"gemini"`, `"bedrock"`, or an object. Default: none.)
     * @example settle: { usage: "openai" }
     */
    readonly usage?: "openai" | "openai-responses" | "anthropic" | "gemini" | "bedrock" | { readonly input: string; readonly output: string };
    /**
     * Whether a stream of `"openai"` is asked for its usage (`stream_options.include_usage`) where its caller has not; then the event with it does not reach the caller.
     * (boolean. Default: `true`.)
     * @example settle: { usage: "openai", ask: false }
     */
    readonly ask?: boolean;
    /**
     * Whether a restart of the counter object finds exactly what was settled. It costs a row or two for each request.
     * (boolean. Default: none: on with `usage`, off without.)
     * @example settle: { header: "x-units", exact: true }
     */
    readonly exact?: boolean;
    /**
     * Units by the response's status; an exact status goes before its class.
     * (object of statuses (`"401"`, `"5xx"`), units 0 to 2^40. Default: `{}`.)
     * @example settle: { status: { "5xx": 0 } }
     */
    readonly status?: Readonly<Record<string, number>>;
    /**
     * Units for every other response.
     * (0 to 2^40. Default: none: the estimate stays.)
     * @example settle: { status: { "401": 1 }, otherwise: 0 }
     */
    readonly otherwise?: number;
  };
  /**
   * Other limits for some methods, countries or routes: see Limits for some requests.
   * (list of at most 20. Default: none.)
   * @example limits: [{ methods: ["POST"], limit: 10 }]
   */
  readonly limits?: readonly VariantInput[];
  readonly ban?: {
    /**
     * Denials within `ban.window` that make a ban.
     * (1 to 1000000. Required.)
     * @example ban: { after: 20 }
     */
    readonly after: number;
    /**
     * The time within which denials are counted.
     * (duration. Default: `"1m"`.)
     * @example ban: { after: 20, window: "10m" }
     */
    readonly window?: Duration;
    /**
     * How long the first ban lasts, the second, and so on; the last one repeats.
     * (list of 1 to 10 durations. Default: `["1m", "10m", "1h"]`.)
     * @example ban: { after: 20, for: ["5m", "24h"] }
     */
    readonly for?: ListOf<Duration>;
  };
}

/** A function of one's own, and what it may do. */
export interface FunctionInput {
  /**
   * The function. It gets the request, and may return a promise.
   * (function. Required.)
   * @example run: () => "all"
   */
  readonly run: OwnFunction;
  /**
   * How long its promise is waited for.
   * (`"1ms"` to `"10s"`. Default: `"50ms"`.)
   * @example timeout: "200ms"
   */
  readonly timeout?: Duration;
  /**
   * What becomes of a request where it fails.
   * (`"refuse"` or `"skip"`. Default: none: what is safe for its use.)
   * @example onFault: "refuse"
   */
  readonly onFault?: "refuse" | "skip";
  /**
   * What `request.env` has. Nothing else of the deployment's is there.
   * (list of at most 16 names of secrets, variables and bindings. Default: `[]`.)
   * @example env: ["SESSION_KEY"]
   */
  readonly env?: ListOf<string>;
}

/** What a call of a language model will use at most. */
export interface TokenCostInput {
  /**
   * Whose requests these are: where the prompt and its bounds stand.
   * (`"openai"`, `"openai-responses"`, `"anthropic"`, `"gemini"` or `"bedrock"`. Required.)
   * @example cost: { estimate: "anthropic" }
   */
  readonly estimate: "openai" | "openai-responses" | "anthropic" | "gemini" | "bedrock";
  /**
   * Tokens that an answer may have which its caller does not bound. Such a call takes no more than the policy ever has.
   * (0 to 10000000. Default: `1024`.)
   * @example cost: { estimate: "openai", output: 4000 }
   */
  readonly output?: number;
  readonly weights?: {
    /**
     * What a token of a prompt counts.
     * (0 to 1000000. Default: `1`.)
     * @example cost: { estimate: "openai", weights: { input: 0.2 } }
     */
    readonly input?: number;
    /**
     * What a token of an answer counts.
     * (0 to 1000000. Default: `1`.)
     * @example cost: { estimate: "openai", weights: { output: 4 } }
     */
    readonly output?: number;
    /**
     * What one counts that the provider had in its cache.
     * (0 to 1000000. Default: none: as input.)
     * @example cost: { estimate: "openai", weights: { cachedInput: 0.1 } }
     */
    readonly cachedInput?: number;
    /**
     * What one counts that was thought and not said.
     * (0 to 1000000. Default: none: as output.)
     * @example cost: { estimate: "openai", weights: { reasoning: 2 } }
     */
    readonly reasoning?: number;
  };
  /**
   * Dollars for a million tokens of each kind, as providers list them: `input`, `output`, and `cachedInput` and `reasoning` where they differ. The policy then counts millionths of a dollar. A price is also that of the same model with a date; `"*"` is every other one, and without it others cost what the dearest does.
   * (object of prices by model, at most 1000. Default: none: tokens count.)
   * @example cost: { estimate: "openai", usd: { "gpt-4o": { input: 2.5, output: 10 } } }
   */
  readonly usd?: PricesInput;
  /**
   * The least that a call takes before it. One without a body takes nothing.
   * (0 to 2^40. Default: `1`.)
   * @example cost: { estimate: "openai", min: 0 }
   */
  readonly min?: number;
  /**
   * The most, and what one takes whose bounds cannot be read (two values, a text).
   * (0 to 2^40, at least `cost.min`. Default: `1099511627776`.)
   * @example cost: { estimate: "openai", max: 20_000 }
   */
  readonly max?: number;
}

/** Other limits of a policy for some requests. */
export interface VariantInput {
  /**
   * GET includes HEAD.
   * (list of at least one method, upper case. Default: none: every method.)
   * @example methods: ["POST", "PUT"]
   */
  readonly methods?: ListOf<Method>;
  /**
   * Where Cloudflare locates the client.
   * (list of at least one country, upper case. Default: none: every country.)
   * @example countries: ["CH"]
   */
  readonly countries?: ListOf<Country>;
  /**
   * Requests that take one of these routes.
   * (list of at least one route's `path`, as it is written there. Default: none: every route.)
   * @example routes: ["/*"]
   */
  readonly routes?: ListOf<Path>;
  /**
   * The limit of these requests.
   * (as the algorithm has it. Default: none: the policy's.)
   * @example limit: 10
   */
  readonly limit?: number | "unlimited";
  /**
   * What they may take at once.
   * (as the algorithm has it. Default: none: the policy's.)
   * @example burst: 5
   */
  readonly burst?: number;
  /**
   * The window of their limit.
   * (as the algorithm has it. Default: none: the policy's.)
   * @example window: "1h"
   */
  readonly window?: Duration;
}

/** What a request matches, and what then applies. The first route that fits is taken. */
export interface RouteInput<Names extends string = string> {
  /**
   * Literal segments, `:name` or `{name}` for any one segment, and a last `*` for anything that follows, nothing included: `/files/*` fits `/files` and `/files/a/b`.
   * (pattern of at most 1024 characters. Required.)
   * @example path: "/users/:id/orders"
   */
  readonly path: Path;
  /**
   * GET includes HEAD. Methods that the platform does not know (it answers them with 501) are refused.
   * (list of at least one method, upper case. Default: none: every method.)
   * @example methods: ["POST", "PUT"]
   */
  readonly methods?: ListOf<Method>;
  /**
   * Hosts that clients ask for. `*.example.com` is every host below `example.com`, however deep, and not `example.com` itself.
   * (list of at least one host, lower case, without a port. Default: none: every host.)
   * @example hosts: ["api.example.com", "*.example.com"]
   */
  readonly hosts?: ListOf<string>;
  /**
   * All that must admit the request.
   * (list of at most 16 policies' names. Default: `[]`.)
   * @example policies: ["per-client"]
   */
  readonly policies?: ListOf<NoInfer<Names>>;
  /**
   * The units that a request takes from each of its policies; 0 only looks. A number that one of the policies can never admit is refused with the configuration.
   * (whole number 0 to 2^40, cost rule, or function. Default: `1`.)
   * @example cost: 5
   */
  readonly cost?: CostInput;
  /**
   * Whether callers must say who they are: see Credentials.
   * (`"none"`, `"optional"` or `"required"`. Default: `"none"`.)
   * @example auth: "required"
   */
  readonly auth?: "none" | "optional" | "required";
  readonly authenticate?: {
    /**
     * A function says who is calling, in place of API keys and tokens; with `auth: "required"` or `"optional"`.
     * (the name of one of `functions`. Required.)
     * @example auth: "required", authenticate: { function: "weight" }
     */
    readonly function: string;
    /**
     * How long an instance remembers what it said, of requests with the same values in `by`.
     * (`"1s"` to `"1h"`. Default: none: it is asked each time.)
     * @example auth: "required", authenticate: { function: "weight", remember: "30s" }
     */
    readonly remember?: Duration;
    /**
     * What it is remembered by: all that the function decides by. A request that lacks a part of it is asked about each time.
     * (key without a body's member, a function and a credential's part. Default: `"header:authorization"`.)
     * @example auth: "required", authenticate: { function: "weight", remember: "30s", by: ["cookie:session", "host"] }
     */
    readonly by?: ListOf<KeyInput>;
  };
  /**
   * What a credential must allow, all of it.
   * (list of at most 20 scopes, with `auth: "required"`. Default: `[]`.)
   * @example auth: "required", scopes: ["orders:read"]
   */
  readonly scopes?: ListOf<string>;
  /**
   * Whether the origin gets the header field that the credential stood in.
   * (boolean. Default: `false`.)
   * @example auth: "required", forwardCredential: true
   */
  readonly forwardCredential?: boolean;
  /**
   * Who says which pages of other origins may read this route's answers: see CORS.
   * (`"origin"`, `"none"`, or an object. Default: none: as the gateway's.)
   * @example cors: { origins: "*" }
   */
  readonly cors?: "origin" | "none" | CorsInput;
  /**
   * In whose words the gateway says to this route's clients what went wrong: see Error dialects.
   * (`"problem"`, `"openai"`, `"anthropic"`, `"gemini"`, `"openrouter"`, `"graph"`, `"stripe"`, `"github"`, `"slack"`, `"google"`, `"graphql"`, `"connect"`, `"grpc-web"`, or an object. Default: none: the pool's profile's, else the gateway's.)
   * @example errors: "stripe"
   */
  readonly errors?: DialectName | ErrorsInput;
  /**
   * The origin pool that the route leads to.
   * (the name of one of `origins`. Default: none: the configuration's `origin`.)
   * @example origin: "orders"
   */
  readonly origin?: string;
  /**
   * How urgent its calls of a pool with `policies` or `adapt` are: see Outbound limits and Load shedding.
   * (`"critical"`, `"normal"` or `"background"`. Default: `"normal"`.)
   * @example priority: "background"
   */
  readonly priority?: "critical" | "normal" | "background";
  /**
   * What is done while such a pool has no quota.
   * (like a pool's. Default: none: the pool's.)
   * @example whenLimited: ["queue", "reject"]
   */
  readonly whenLimited?: ListOf<"queue" | "stale" | "reject">;
  /**
   * Taken from the front of a forwarded path that has it; redirects get it back. Routes, limits and the cache see the path as it came. With the origin's base path it rewrites paths, like a pool member's own, which comes after it.
   * (path without a trailing slash. Default: none.)
   * @example stripPrefix: "/api"
   */
  readonly stripPrefix?: Path;
  /**
   * How long the origin may take until its header section is there, from when it has the whole request; then it is a 504. Each attempt of a pool has it anew.
   * (duration. Default: `"30s"`.)
   * @example timeout: "5s"
   */
  readonly timeout?: Duration;
  /**
   * How long the client may take over its body; then it is a 408: see Slow clients.
   * (duration. Default: none: the gateway's.)
   * @example requestTimeout: "5s"
   */
  readonly requestTimeout?: Duration;
  /**
   * How many bytes of a request's body are taken, compressed or not: a longer one is a 413, before any policy counts it where Content-Length says so, and cut where it turns out.
   * (0 to 536870912. Default: none: as Cloudflare.)
   * @example bodyBytesMax: 1048576
   */
  readonly bodyBytesMax?: number;
  /**
   * The longest pause between two pieces of the answer's body. Then the connection is cut, for the head has long gone; a stream of events says so first, where the route's API has an event for it. Such a body passes through JavaScript, which costs more than `totalTimeout` does.
   * (duration. Default: none: as long as it likes.)
   * @example bodyTimeout: "10s"
   */
  readonly bodyTimeout?: Duration;
  /**
   * From the first attempt to the end of the answer's body, retries and waits included: a 504 before the head, a cut after it.
   * (duration. Default: none: as long as it likes.)
   * @example totalTimeout: "1m"
   */
  readonly totalTimeout?: Duration;
  readonly respond?: {
    /**
     * The route answers by itself, with this status: no origin is asked.
     * (200 to 599, without 206 and 304. Default: `200`.)
     * @example respond: { status: 410 }
     */
    readonly status?: number;
    /**
     * The fields of this answer.
     * (object of at most 32 fields. Default: `{}`.)
     * @example respond: { status: 308, headers: { Location: "/new" } }
     */
    readonly headers?: Readonly<Record<string, string>>;
    /**
     * Its content: text as it is (`text/plain`), an object or a list as JSON, with another `Content-Type` where `respond.headers` has one.
     * (text, object or list of at most 65536 characters. Default: none: no content.)
     * @example respond: { body: "User-agent: *\nDisallow: /\n" }
     */
    readonly body?: string | Readonly<Record<string, unknown>> | readonly unknown[];
  };
  readonly deprecation?: {
    /**
     * Since when, or from when on, the route should not be used by anything new: the field `Deprecation` (RFC 9745).
     * (day or instant. Required.)
     * @example deprecation: { at: "2026-12-01" }
     */
    readonly at: string;
    /**
     * Where more of it is to be read: a `Link` with `rel="deprecation"`.
     * (https URL. Default: none.)
     * @example deprecation: { at: "2026-12-01", link: "https://docs.example.com/v1" }
     */
    readonly link?: string;
  };
  readonly sunset?: {
    /**
     * From when on the route may be gone: the field `Sunset` (RFC 8594). It goes on answering until it is changed.
     * (day or instant, not before `deprecation.at`. Required.)
     * @example sunset: { at: "2027-06-01T00:00:00Z" }
     */
    readonly at: string;
    /**
     * A `Link` with `rel="sunset"`.
     * (https URL. Default: none.)
     * @example sunset: { at: "2027-06-01", link: "https://docs.example.com/end" }
     */
    readonly link?: string;
  };
  readonly credential?: {
    /**
     * The secret with the credential's text: 8 to 4096 printable characters of ASCII.
     * (name of a secret. Required.)
     * @example credential: { secret: "FB_TOKEN", query: "access_token" }
     */
    readonly secret: string;
    /**
     * What is used once there is no `secret`.
     * (name of a secret. Default: none.)
     * @example credential: { secret: "FB_TOKEN", next: "FB_TOKEN_2", query: "access_token" }
     */
    readonly next?: string;
    /**
     * The field that it stands in; or else `query`. Not the fields that the gateway sets or drops itself.
     * (a header's name. Default: none.)
     * @example credential: { secret: "KEY", header: "x-api-key" }
     */
    readonly header?: string;
    /**
     * The query parameter that it stands in.
     * (parameter's name. Default: none.)
     * @example credential: { secret: "FB_TOKEN", query: "access_token" }
     */
    readonly query?: string;
    /**
     * What stands before it in the field.
     * (1 to 32 characters of a token. Default: none.)
     * @example credential: { secret: "KEY", header: "authorization", scheme: "Bearer" }
     */
    readonly scheme?: string;
    /**
     * The secret of a Facebook app: calls get its `appsecret_proof`, the HMAC-SHA256 of the credential by it, as a query parameter.
     * (name of a secret. Default: none.)
     * @example credential: { secret: "FB_TOKEN", query: "access_token", appSecret: "FB_APP_SECRET" }
     */
    readonly appSecret?: string;
  };
  readonly links?: {
    /**
     * Members of JSON answers, by the names that their path ends with; `*` is any text in a name, and alone every member. What stands in a list has the list's name. `[]` leaves links as they are.
     * (list of at most 32 members. Default: none: those of the pool's feedback profile.)
     * @example links: { fields: ["paging.next", "*_url"] }
     */
    readonly fields?: ListOf<string>;
    /**
     * What the API calls itself beside the URL that it is asked by.
     * (list of at most 8 origins. Default: `[]`.)
     * @example links: { fields: ["*"], origins: ["https://api.example.com"] }
     */
    readonly origins?: ListOf<string>;
  };
  readonly webhook?: {
    /**
     * Who sends, and so what is signed: below.
     * (`"facebook"`, `"github"`, `"stripe"`, `"slack"`, `"standard"`. Required.)
     * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"] }
     */
    readonly profile: "facebook" | "github" | "stripe" | "slack" | "standard";
    /**
     * What the sender signs with. Without it nothing is taken.
     * (name of a secret. Required.)
     * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"] }
     */
    readonly secret: string;
    /**
     * Another one that is right as well, while it is being changed.
     * (name of a secret. Default: none.)
     * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"], next: "GITHUB_SECRET_2" }
     */
    readonly next?: string;
    /**
     * The word by which Facebook asks whether this is the receiver. Required for `"facebook"`, and for it alone.
     * (name of a secret. Default: none.)
     * @example webhook: { profile: "facebook", secret: "FB_APP_SECRET", verifyToken: "FB_VERIFY_TOKEN", deliver: ["https://a.example.com/in"] }
     */
    readonly verifyToken?: string;
    /**
     * How far the time of a signature may be from now, where the sender says one.
     * (`"1s"` to `"1h"`. Default: `"5m"`.)
     * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"], tolerance: "1m" }
     */
    readonly tolerance?: Duration;
    /**
     * The largest body.
     * (1024 to 1048576. Default: `262144`.)
     * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"], bodyBytesMax: 1048576 }
     */
    readonly bodyBytesMax?: number;
    readonly purge?: {
      /**
       * What each event purges, by tag.
       * (list of at most 100 tags. Default: `[]`.)
       * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"], purge: { tags: ["issues"] } }
       */
      readonly tags?: ListOf<string>;
      /**
       * The same by path, whatever the query. What begins with a slash is of the host that the webhook comes to.
       * (list of at most 100 paths or URLs. Default: `[]`.)
       * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in"], purge: { paths: ["/issues"] } }
       */
      readonly paths?: ListOf<string>;
    };
    /**
     * Who gets each event: a URL, or the Cloudflare Queue of a binding.
     * (list of at most 10 https URLs (http on the loopback address) and queues, each once. Default: `[]`.)
     * @example webhook: { profile: "github", secret: "GITHUB_SECRET", deliver: ["https://a.example.com/in", { queue: "EVENTS" }] }
     */
    readonly deliver?: string | readonly (string | { readonly queue: string })[];
  };
  readonly handOver?: {
    /**
     * How long a call waits for quota. When there will be none within it, the answer is the 503 `origin-limited`.
     * (`"1s"` to `"1d"`. Default: `"1h"`.)
     * @example handOver: { wait: "6h" }
     */
    readonly wait?: Duration;
    /**
     * How long the answer is kept.
     * (`"1m"` to `"1d"`. Default: `"1h"`.)
     * @example handOver: { keep: "10m" }
     */
    readonly keep?: Duration;
    /**
     * Calls of one caller by this route: those that wait, and those whose answers are kept.
     * (1 to 1000. Default: `100`.)
     * @example handOver: { most: 10 }
     */
    readonly most?: number;
    /**
     * The largest body of a call that is handed over.
     * (1024 to 1048576. Default: `262144`.)
     * @example handOver: { bodyBytesMax: 1048576 }
     */
    readonly bodyBytesMax?: number;
    /**
     * The longest answer that is kept.
     * (1024 to 1048576. Default: `1048576`.)
     * @example handOver: { answerBytesMax: 65536 }
     */
    readonly answerBytesMax?: number;
    readonly deliver?: {
      /**
       * Where callers may have their answers sent; without `deliver` nowhere.
       * (list of 1 to 10 https origins, without a path (http on the loopback address). Required.)
       * @example handOver: { deliver: { origins: ["https://reports.example.com"], secret: "ANSWERS_SECRET" } }
       */
      readonly origins: ListOf<string>;
      /**
       * What deliveries are signed with.
       * (name of a secret. Required.)
       * @example handOver: { deliver: { origins: ["https://reports.example.com"], secret: "ANSWERS_SECRET" } }
       */
      readonly secret: string;
    };
  };
  readonly access?: {
    readonly allow?: {
      /**
       * IPv4 and IPv6 in CIDR notation, without bits beyond the prefix; IPv4-mapped IPv6 counts as IPv4.
       * (list of at most 1000 networks or addresses. Default: `[]`.)
       * @example access: { allow: { addresses: ["192.0.2.0/24"] } }
       */
      readonly addresses?: ListOf<string>;
      /**
       * As Cloudflare locates the client, with `T1` for Tor.
       * (list of at most 1000 countries. Default: `[]`.)
       * @example access: { allow: { countries: ["CH", "DE"] } }
       */
      readonly countries?: ListOf<Country>;
      /**
       * Autonomous systems.
       * (list of at most 1000 numbers. Default: `[]`.)
       * @example access: { allow: { asns: [64500] } }
       */
      readonly asns?: ListOf<number>;
      /**
       * `*` is any text and case does not matter; `""` is no user agent. The client's to choose.
       * (list of at most 1000 patterns of at most 256 characters. Default: `[]`.)
       * @example access: { allow: { userAgents: ["Monitor/*"] } }
       */
      readonly userAgents?: ListOf<string>;
      /**
       * Programs, by their TLS handshake. Known with Bot Management alone.
       * (list of at most 1000 fingerprints. Default: `[]`.)
       * @example access: { allow: { ja4: ["t13d1516h2_8daaf6152771_b0da82dd1658"] } }
       */
      readonly ja4?: ListOf<string>;
      /**
       * Search engines and the like, as Bot Management knows them.
       * (boolean. Default: `false`.)
       * @example access: { allow: { verifiedBots: true } }
       */
      readonly verifiedBots?: boolean;
    };
    readonly deny?: {
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { addresses: ["2001:db8::/32"] } }
       */
      readonly addresses?: ListOf<string>;
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { countries: ["KP"] } }
       */
      readonly countries?: ListOf<Country>;
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { asns: [64501] } }
       */
      readonly asns?: ListOf<number>;
      /**
       * The same.
       * (the same. Default: `[]`.)
       * @example access: { deny: { userAgents: ["*EvilBot*"] } }
       */
      readonly userAgents?: ListOf<string>;
      /**
       * The same.
       * (list of at most 1000 fingerprints. Default: `[]`.)
       * @example access: { deny: { ja4: ["t13i1515h2_8daaf6152771_de4a06bb82e3"] } }
       */
      readonly ja4?: ListOf<string>;
      /**
       * The same.
       * (boolean. Default: `false`.)
       * @example access: { deny: { verifiedBots: true } }
       */
      readonly verifiedBots?: boolean;
      /**
       * Clients that Bot Management scores below it (1 is a program, 99 a person), but for verified bots.
       * (2 to 99. Default: none.)
       * @example access: { deny: { botScoreBelow: 10 } }
       */
      readonly botScoreBelow?: number;
    };
    /**
     * Clients that no policy counts. Credentials are asked of them all the same.
     * (list of at most 1000 networks or addresses. Default: none.)
     * @example access: { unlimited: ["192.0.2.7"] }
     */
    readonly unlimited?: ListOf<string>;
  };
  readonly denied?: {
    /**
     * The body. `{retryAfter}` is the wait in whole seconds, `{policy}` and `{limit}` the name and the limit of the policy that holds longest. Of a JSON type it must be JSON, with `{policy}` in quotes.
     * (1 to 16384 characters. Required.)
     * @example denied: { body: '{"error":{"code":"rate_limited","retry_after":{retryAfter}}}' }
     */
    readonly body: string;
    /**
     * The status. Clients know a 429; others they may not take for a limit.
     * (400 to 599. Default: `429`.)
     * @example denied: { body: "{}", status: 503 }
     */
    readonly status?: number;
    /**
     * The Content-Type.
     * (a media type, with a parameter if need be. Default: `"application/json"`.)
     * @example denied: { body: "Come back in {retryAfter} s.", contentType: "text/plain; charset=utf-8" }
     */
    readonly contentType?: string;
  };
  readonly cache?: {
    /**
     * Whether answers that the origin calls `private` are stored for the one whom the key names: see below.
     * (boolean, with the credential in the key. Default: `false`.)
     * @example cache: { private: true, key: { headers: ["authorization"] } }
     */
    readonly private?: boolean;
    /**
     * Directives of the origin that do not count, for an API that says them of every answer. Cache-Status then has `detail=override`.
     * (list of `"no-store"`, `"no-cache"` and `"must-revalidate"`. Default: `[]`.)
     * @example cache: { override: ["no-store", "no-cache"], ttl: "1m" }
     */
    readonly override?: ListOf<"no-store" | "no-cache" | "must-revalidate">;
    /**
     * Freshness from arrival, in place of the origin's, for 200, 203, 204, 300, 301 and 308.
     * (duration. Default: none: the origin decides.)
     * @example cache: { ttl: "30s" }
     */
    readonly ttl?: Duration;
    /**
     * The same by status. 206, 304 and 429 are never stored and cannot be named.
     * (object of statuses (`"404"`, `"5xx"`), duration or `"never"`. Default: `{}`.)
     * @example cache: { ttlByStatus: { "404": "10s", "5xx": "1s" } }
     */
    readonly ttlByStatus?: Readonly<Record<string, Duration | "never">>;
    /**
     * How long after its freshness an answer may still be given while one request refreshes it (RFC 5861).
     * (duration. Default: none: the origin decides.)
     * @example cache: { staleWhileRevalidate: "1m" }
     */
    readonly staleWhileRevalidate?: Duration;
    /**
     * The same while the origin fails: no answer, 500, 502, 503 or 504. Never against must-revalidate, proxy-revalidate, s-maxage or no-cache.
     * (duration or `"never"`. Default: none: the origin decides, and where it says nothing 10 minutes while it gives no answer.)
     * @example cache: { staleIfError: "1h" }
     */
    readonly staleIfError?: Duration | "never";
    /**
     * The same while the origin's own limits leave no quota (Outbound limits).
     * (duration. Default: none: never.)
     * @example cache: { staleIfLimited: "7d" }
     */
    readonly staleIfLimited?: Duration;
    /**
     * For which errors the origin's explicit freshness counts: those about the resource (404, 405, 410, 414, 451), or all, 5xx too, but 429. Most others can be provoked by what is not in the key, such as an oversized field: `"explicit"` is for origins that mean what they say of them.
     * (`"resource"` or `"explicit"`. Default: `"resource"`.)
     * @example cache: { errors: "explicit" }
     */
    readonly errors?: "resource" | "explicit";
    /**
     * Whether Last-Modified alone makes an answer fresh, for a tenth of its age and a day at most.
     * (boolean. Default: `false`.)
     * @example cache: { heuristic: true }
     */
    readonly heuristic?: boolean;
    /**
     * Whether a client's Cache-Control (no-cache, max-age, only-if-cached, ...) is obeyed.
     * (`"ignore"` or `"honour"`. Default: `"ignore"`.)
     * @example cache: { requestDirectives: "honour" }
     */
    readonly requestDirectives?: "ignore" | "honour";
    readonly key?: {
      readonly query?: {
        /**
         * Only these parameters tell two answers apart. The others still reach the origin.
         * (list of parameters. Default: none: all.)
         * @example cache: { key: { query: { include: ["q", "page"] } } }
         */
        readonly include?: ListOf<string>;
        /**
         * All parameters but these.
         * (list of parameters, not with `include`. Default: none.)
         * @example cache: { key: { query: { exclude: ["utm_source"] } } }
         */
        readonly exclude?: ListOf<string>;
        /**
         * Whether parameters in another order are the same request.
         * (boolean. Default: `false`.)
         * @example cache: { key: { query: { sorted: true } } }
         */
        readonly sorted?: boolean;
        /**
         * The parameter that says who is calling.
         * (parameter, with `private`. Default: none.)
         * @example cache: { private: true, key: { query: { credential: "access_token" } } }
         */
        readonly credential?: string;
      };
      /**
       * Header values that are part of the key. With `authorization`, entries belong to one credential.
       * (list of headers. Default: `[]`.)
       * @example cache: { key: { headers: ["authorization"] } }
       */
      readonly headers?: ListOf<string>;
      /**
       * Cookie values that are part of the key.
       * (list of cookies. Default: `[]`.)
       * @example cache: { key: { cookies: ["theme"] } }
       */
      readonly cookies?: ListOf<string>;
      /**
       * Whether the client's country is part of the key.
       * (boolean. Default: `false`.)
       * @example cache: { key: { country: true } }
       */
      readonly country?: boolean;
      /**
       * Whether the kind of device is: mobile, tablet or desktop.
       * (boolean. Default: `false`.)
       * @example cache: { key: { device: true } }
       */
      readonly device?: boolean;
    };
    readonly vary?: {
      /**
       * Fields that the origin names in Vary and that do not matter.
       * (list of headers. Default: `[]`.)
       * @example cache: { vary: { ignore: ["user-agent"] } }
       */
      readonly ignore?: ListOf<string>;
      /**
       * The values of a field that matter: a request counts as the one that it prefers, or as none, and the origin is asked with that one.
       * (object of headers, each a list of values. Default: `{}`.)
       * @example cache: { vary: { choices: { "accept-language": ["en", "de"] } } }
       */
      readonly choices?: Readonly<Record<string, readonly string[]>>;
    };
    readonly bypass?: {
      /**
       * A request that has one of them goes past the cache.
       * (list of headers. Default: `[]`.)
       * @example cache: { bypass: { headers: ["x-preview"] } }
       */
      readonly headers?: ListOf<string>;
      /**
       * The same for cookies.
       * (list of cookies. Default: `[]`.)
       * @example cache: { bypass: { cookies: ["session"] } }
       */
      readonly cookies?: ListOf<string>;
      /**
       * The same for query parameters.
       * (list of parameters. Default: `[]`.)
       * @example cache: { bypass: { query: ["preview"] } }
       */
      readonly query?: ListOf<string>;
    };
    /**
     * Whether an answer to a request with cookies is kept out of the store when only the route or a heuristic, not the origin, calls it fresh.
     * (`"guard"` or `"ignore"`. Default: `"guard"`.)
     * @example cache: { ttl: "30s", requestCookies: "ignore" }
     */
    readonly requestCookies?: "guard" | "ignore";
    /**
     * An answer that sets cookies is not stored, or is stored without them.
     * (`"refuse"` or `"strip"`. Default: `"refuse"`.)
     * @example cache: { setCookie: "strip" }
     */
    readonly setCookie?: "refuse" | "strip";
    /**
     * The largest body that is stored.
     * (0 to 536870912. Default: `16777216`.)
     * @example cache: { bodyBytesMax: 1048576 }
     */
    readonly bodyBytesMax?: number;
    /**
     * How soon a purge holds on this route, everywhere. An instance that had nothing to serve for so long asks again what was purged, on its own continent, before it uses what is stored: with `"30s"` that is one wait less after a short pause.
     * (duration from `"5s"` to `"1h"`. Default: `"5s"`.)
     * @example cache: { purgeWithin: "30s" }
     */
    readonly purgeWithin?: Duration;
    /**
     * Whether an answer from the store costs quota. A free hit carries no rate-limit fields.
     * (`"counted"` or `"free"`. Default: `"counted"`.)
     * @example cache: { hits: "free" }
     */
    readonly hits?: "counted" | "free";
  };
  /**
   * The calls that the route is made of, in place of an origin. `{name}` is a parameter of the route's path, and in a query `{query:name}` one of the request's query.
   * (object of 1 to 10 paths by name; without `cache`, and with GET and HEAD alone. Default: none.)
   * @example path: "/pages/:id", aggregate: { user: "/users/{id}" }
   */
  readonly aggregate?: Readonly<Record<string, Path>>;
  /**
   * When a part fails: its answer is the answer to all, or null or a problem document stands in its place. When all fail, the first one's answer is given in any case.
   * (`"fail"`, `"null"` or `"problem"`. Default: `"fail"`.)
   * @example onPartial: "null"
   */
  readonly onPartial?: "fail" | "null" | "problem";
  /**
   * Whether `?fields=id,owner(name),items/price` trims JSON answers.
   * (boolean. Default: `false`.)
   * @example fields: true
   */
  readonly fields?: boolean;
  readonly request?: {
    /**
     * A function changes what the origin is asked, or answers; not beside `cache`.
     * (the name of one of `functions`. Default: none.)
     * @example request: { function: "weight" }
     */
    readonly function?: string;
    /**
     * Request fields with other names, which policies' keys, the cache and the origin then know them by. A field that a client sends under the new name is dropped.
     * (object of at most 32 fields. Default: `{}`.)
     * @example request: { renameHeaders: { "x-old": "x-new" } }
     */
    readonly renameHeaders?: Readonly<Record<string, string>>;
    /**
     * Fields that the origin gets, whatever the client sends.
     * (object of at most 32 fields. Default: `{}`.)
     * @example request: { setHeaders: { "X-Api-Version": "2" } }
     */
    readonly setHeaders?: Readonly<Record<string, string>>;
    /**
     * Fields that the origin does not get.
     * (list of at most 32 fields. Default: `[]`.)
     * @example request: { removeHeaders: ["X-Debug"] }
     */
    readonly removeHeaders?: ListOf<string>;
  };
  readonly response?: {
    /**
     * A function changes what the client gets.
     * (the name of one of `functions`. Default: none.)
     * @example response: { function: "weight" }
     */
    readonly function?: string;
    /**
     * The same for answers.
     * (object of at most 32 fields. Default: `{}`.)
     * @example response: { renameHeaders: { "x-backend": "x-served-by" } }
     */
    readonly renameHeaders?: Readonly<Record<string, string>>;
    /**
     * Fields that the client gets with the origin's answers.
     * (object of at most 32 fields. Default: `{}`.)
     * @example response: { setHeaders: { "X-Frame-Options": "DENY" } }
     */
    readonly setHeaders?: Readonly<Record<string, string>>;
    /**
     * Fields of the origin that the client does not get.
     * (list of at most 32 fields. Default: `[]`.)
     * @example response: { removeHeaders: ["Server"] }
     */
    readonly removeHeaders?: ListOf<string>;
    /**
     * Taken out of every JSON answer, errors of the origin included.
     * (fields, written like `fields`. Default: none.)
     * @example response: { dropFields: "password,items/secret" }
     */
    readonly dropFields?: string;
    /**
     * The largest JSON body that is trimmed.
     * (0 to 16777216. Default: `1048576`.)
     * @example response: { bodyBytesMax: 65536 }
     */
    readonly bodyBytesMax?: number;
  };
}

/** What a request costs, by what it says of itself. */
export interface CostRule {
  /**
   * Cost by method. HEAD costs what GET does, unless it is named.
   * (object of methods, units 0 to 2^40. Default: none.)
   * @example cost: { methods: { GET: 1, POST: 5 } }
   */
  readonly methods?: Readonly<Record<Method, number>>;
  /**
   * A request header whose whole number is the cost, within `cost.min` and `cost.max`. What it says beside a whole number costs `cost.max`.
   * (a header's name. Default: none.)
   * @example cost: { header: "x-batch-size", max: 100 }
   */
  readonly header?: string;
  /**
   * A member of the body whose whole number is the cost, within `cost.min` and `cost.max`. What it says beside a whole number costs `cost.max`.
   * (a member of a JSON body, at most 8 levels deep. Default: none.)
   * @example cost: { json: "options.max_tokens", otherwise: 1000 }
   */
  readonly json?: string;
  /**
   * The same of a field of a form (`application/x-www-form-urlencoded`). Beside `json`, each is for bodies of its kind.
   * (a field's name. Default: none.)
   * @example cost: { json: "batch", form: "batch", count: true, max: 50 }
   */
  readonly form?: string;
  /**
   * What this function returns, rounded up, within `cost.min` and `cost.max`. Nothing is `cost.otherwise`; what is no number of at least 0, and a function that fails, cost `cost.max`.
   * (the name of one of `functions`. Default: none.)
   * @example cost: { function: "weight", max: 50 }
   */
  readonly function?: string;
  /**
   * The cost is how many elements the list has that `json` or `form` leads to, in a form as JSON text. What is no list costs `cost.max`.
   * (`true`. Default: none.)
   * @example cost: { json: "batch", count: true, max: 50 }
   */
  readonly count?: true;
  /**
   * One unit for every so many bytes of Content-Length, rounded up, within `cost.min` and `cost.max`. A body of unknown length (sent in chunks) costs `cost.max`.
   * (1 to 2^40. Default: none.)
   * @example cost: { bodyBytesPerUnit: 65536, max: 160 }
   */
  readonly bodyBytesPerUnit?: number;
  /**
   * Cost where nothing above is said: no such header, no body.
   * (0 to 2^40. Default: none: `cost.min`.)
   * @example cost: { header: "x-batch-size", otherwise: 10 }
   */
  readonly otherwise?: number;
  /**
   * The least that a header or a body can make it cost.
   * (0 to 2^40. Default: `1`.)
   * @example cost: { header: "x-batch-size", min: 0 }
   */
  readonly min?: number;
  /**
   * The most that a header or a body can make it cost, and what costs so much that it cannot be read.
   * (0 to 2^40, at least `cost.min`. Default: `1000000`.)
   * @example cost: { header: "x-batch-size", max: 50 }
   */
  readonly max?: number;
}

/** A policy of this algorithm. */
export interface TokenBucketPolicy extends PolicyBase {
  readonly algorithm: "token-bucket";
  /**
   * Tokens that come back within `window`, evenly.
   * (1 to 2^40. Required.)
   * @example limit: 60
   */
  readonly limit: LimitInput;
  /**
   * The time in which `limit` tokens come back.
   * (duration. Required.)
   * @example window: "1m"
   */
  readonly window: Duration;
  /**
   * The bucket's size: what can be taken at once after a pause. It must refill within 100 years.
   * (1 to 2^40. Default: the limit.)
   * @example burst: 20
   */
  readonly burst?: number;
}

/** A policy of this algorithm. */
export interface SlidingWindowPolicy extends PolicyBase {
  readonly algorithm: "sliding-window";
  /**
   * The most units in any rolling window.
   * (1 to 2^40. Required.)
   * @example limit: 10
   */
  readonly limit: LimitInput;
  /**
   * The length of the rolling window.
   * (duration. Required.)
   * @example window: "10s"
   */
  readonly window: Duration;
  /**
   * Parts in which the window is counted. A unit counts for the window and up to one part longer: more parts are more exact and take more storage.
   * (1 to 60. Default: `10`.)
   * @example subWindows: 30
   */
  readonly subWindows?: number;
}

/** A policy of this algorithm. */
export interface SlidingWindowLogPolicy extends PolicyBase {
  readonly algorithm: "sliding-window-log";
  /**
   * The most units in any rolling window.
   * (1 to 10000. Required.)
   * @example limit: 5
   */
  readonly limit: LimitInput;
  /**
   * The length of the rolling window.
   * (duration. Required.)
   * @example window: "1h"
   */
  readonly window: Duration;
}

/** A policy of this algorithm. */
export interface SlidingWindowCounterPolicy extends PolicyBase {
  readonly algorithm: "sliding-window-counter";
  /**
   * The most units in a window, as estimated from two counters.
   * (1 to 2^40. Required.)
   * @example limit: 1000
   */
  readonly limit: LimitInput;
  /**
   * The length of the window.
   * (duration. Required.)
   * @example window: "1m"
   */
  readonly window: Duration;
}

/** A policy of this algorithm. */
export interface FixedWindowPolicy extends PolicyBase {
  readonly algorithm: "fixed-window";
  /**
   * The most units in each window.
   * (1 to 2^40. Required.)
   * @example limit: 100
   */
  readonly limit: LimitInput;
  /**
   * The length of each window.
   * (duration. Required.)
   * @example window: "1h"
   */
  readonly window: Duration;
  /**
   * Whether windows begin at multiples of their length since 1970, or with the first request after the last one ended.
   * (`"epoch"` or `"first-request"`. Default: `"epoch"`.)
   * @example align: "first-request"
   */
  readonly align?: "epoch" | "first-request";
}

/** A policy of this algorithm. */
export interface LeakyBucketPolicy extends PolicyBase {
  readonly algorithm: "leaky-bucket";
  /**
   * Requests of one unit that go on within `window`, evenly spaced.
   * (1 to 2^40. Required.)
   * @example limit: 10
   */
  readonly limit: LimitInput;
  /**
   * The time in which `limit` units go on.
   * (duration. Required.)
   * @example window: "1s"
   */
  readonly window: Duration;
  /**
   * How long a request may be held back for its turn; one that would wait longer is denied.
   * (duration. Default: `"1s"`.)
   * @example delayMax: "3s"
   */
  readonly delayMax?: Duration;
}

/** A policy of this algorithm. */
export interface ConcurrencyPolicy extends PolicyBase {
  readonly algorithm: "concurrency";
  /**
   * Requests in flight at once.
   * (1 to 10000. Required.)
   * @example limit: 20
   */
  readonly limit: LimitInput;
  /**
   * After this a permit frees itself that was lost with its Worker instance. Others are renewed every third of it, at most twice a second: see Permits.
   * (duration. Default: `"60s"`.)
   * @example expires: "5m"
   */
  readonly expires?: Duration;
}

/** A policy of this algorithm. */
export interface QuotaPolicy extends PolicyBase {
  readonly algorithm: "quota";
  /**
   * The most units in each calendar period.
   * (1 to 2^40. Required.)
   * @example limit: 100000
   */
  readonly limit: LimitInput;
  /**
   * The calendar period. It begins when clocks there first show its first hour; so an hour that comes twice, when clocks are put back, is one period.
   * (`"hour"`, `"day"`, `"week"`, `"month"` or `"year"`. Required.)
   * @example period: "month"
   */
  readonly period: "hour" | "day" | "week" | "month" | "year";
  /**
   * Whose midnight a period begins at.
   * (IANA time zone. Default: `"UTC"`.)
   * @example timeZone: "Europe/Berlin"
   */
  readonly timeZone?: string;
  /**
   * The day on which a month begins, or the month's last day where that is earlier.
   * (1 to 31, with `period: "month"` only. Default: `1`.)
   * @example period: "month", anchorDay: 15
   */
  readonly anchorDay?: number;
  /**
   * The day on which a week begins. With `period: "week"` only.
   * (`"monday"` or `"sunday"`. Default: `"monday"`.)
   * @example period: "week", weekStart: "sunday"
   */
  readonly weekStart?: "monday" | "sunday";
  /**
   * Not with `period: "hour"`. The hour at which a day begins, and with it a week, a month and a year.
   * (0 to 23. Default: `0`.)
   * @example period: "day", startHour: 6
   */
  readonly startHour?: number;
}

/** A named limit. */
export type PolicyInput = TokenBucketPolicy | SlidingWindowPolicy | SlidingWindowLogPolicy | SlidingWindowCounterPolicy | FixedWindowPolicy | LeakyBucketPolicy | ConcurrencyPolicy | QuotaPolicy;

/** A number, a rule, or a function of the request. */
export type CostInput = number | CostRule | CostFunction;

/** Dollars for a million tokens, by model. */
export type PricesInput = Readonly<Record<string, PriceInput>>;

export interface PriceInput {
  readonly input: number;
  readonly output: number;
  readonly cachedInput?: number;
  readonly reasoning?: number;
}

/** Units of a request by what is known of it. */
export type CostFunction = (facts: Facts) => number;

/** What a tier changes of policies, by their names. */
export type TierInput<Names extends string = string> = {
  readonly [Name in NoInfer<Names>]?: TierPolicyInput;
};

/** What a tier changes of one policy. */
export interface TierPolicyInput extends Pick<VariantInput, "burst" | "window"> {
  /** Default: the policy's. */
  readonly limit?: LimitInput;
  /** The tier's own limits for some requests. */
  readonly limits?: readonly VariantInput[];
}

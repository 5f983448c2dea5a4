// What every request needs and none changes: the configuration, the bindings, and what was worked out of them. A request
// keeps to the one it began with; what an operator changes makes another one.
import { AccessEntries } from "../core/control/access-entries.ts";
import type { Config } from "../core/config/config.ts";
import { LookUpReserve } from "../core/consumers/look-up-reserve.ts";
import { createBanIndex } from "../core/control/ban-index.ts";
import { createOverrideIndex } from "../core/control/override-index.ts";
import { NO_SNAPSHOT, type Snapshot } from "../core/control/snapshot.ts";
import { IsolateLeases } from "../core/leases/isolate-leases.ts";
import { DenialCache } from "../core/policies/denial-cache.ts";
import type { Bindings } from "../platform/bindings.ts";
import { createAuthority } from "./credentials/authority.ts";
import { OwnCallers } from "./credentials/own-callers.ts";
import { KeyClient } from "./credentials/key-client.ts";
import { ChangeMarks } from "./cache/change-marks.ts";
import { CacheStore } from "./cache/cache-store.ts";
import type { CacheClients } from "./cache/cache-clients.ts";
import type { PreflightClients } from "./cors/answer-preflight.ts";
import { listFollowing } from "../core/policies/follow-price.ts";
import type { Policy } from "../core/policies/policy.ts";
import { type LimitedRoute, STAND_IN_INDEX } from "../core/policies/limited-route.ts";
import { toPolicyField } from "./limits/rate-limit-response.ts";
import { AlertClient } from "./alerts/alert-client.ts";
import { ReputationClient } from "./reputation/reputation-client.ts";
import { Recorder } from "./stats/recorder.ts";
import { Collapsing } from "./request/collapsing.ts";
import { Neighbours } from "./limits/neighbours.ts";
import { DataCentre } from "./request/data-centre.ts";
import { CounterClient } from "./limits/counter-client.ts";
import { hasPoolPriorities } from "../core/outbound/priority.ts";
import { PoolClient } from "./origins/pool-client.ts";
import { toPoolShares } from "./origins/pool-shares.ts";
import type { OriginPool } from "../core/origins/origin-pool.ts";
import { showNow } from "./origins/show-pools.ts";
import { PurgeClient } from "./cache/purge-client.ts";
import { UpstreamCredentials } from "./origins/upstream-credentials.ts";
import { NearObject } from "./request/near-object.ts";
import { News } from "./request/news.ts";
import type { WebhookClients } from "./webhooks/answer-webhook.ts";
import type { HandOverClients } from "./handover/hand-over.ts";
import type { FunctionClients } from "./functions/call-function.ts";
import { WaitingLines } from "./origins/waiting-lines.ts";

/** Keys that an isolate holds leases of at a time. */
const LEASED_KEYS_MAX = 10_000;

/** Whatever the rooms need; none of them knows it. */
export interface Gateway extends CacheClients, PreflightClients, WebhookClients {
  readonly lines: WaitingLines;
  readonly news: News;
  readonly keys: KeyClient;
  readonly handover: HandOverClients;
  /** The deployment's secrets, variables and bindings, of which functions get those that they name. */
  readonly env: FunctionClients["env"];
}

/** What is made anew when the configuration or anything of the snapshot changes. */
type Derived = Omit<
  Gateway,
  | "counters"
  | "leases"
  | "purges"
  | "collapsing"
  | "lines"
  | "news"
  | "keys"
  | "store"
  | "marks"
  | "authority"
  | "ownCallers"
  | "reserve"
  | "pools"
  | "shares"
  | "credentials"
  | "webhooks"
  | "handover"
  | "stats"
  | "alerts"
  | "reputation"
  | "env"
>;

export function createGateway(
  config: Config,
  bindings: Bindings,
  news: News = new News(new NearObject(bindings)),
): Gateway {
  const lines = new WaitingLines();
  const dataCentre = new DataCentre(config.origin);
  const keys = new KeyClient(bindings.CONTROL, { news, dataCentre });
  const clients = createClients(config, bindings, { lines, keys });
  news.near.expect(config.counters.shards);
  return {
    lines,
    news,
    keys,
    env: bindings as unknown as FunctionClients["env"],
    counters: new CounterClient(bindings.COUNTERS, new Neighbours(dataCentre)),
    leases: new IsolateLeases(() => crypto.randomUUID(), LEASED_KEYS_MAX),
    purges: new PurgeClient(bindings.PURGES, news),
    collapsing: new Collapsing(),
    ...clients,
    stats: toRecorder({ config, ...clients }, bindings),
    alerts: toAlertClient({ config, ...clients }, bindings),
    reputation: toReputationClient(config, bindings),
    ...createStore(config),
    ...derive(config, NO_SNAPSHOT),
  };
}

/** The gateway with this active. What it knows of counters, purges and requests in flight stays. */
export function renewGateway(
  gateway: Gateway,
  { config, snapshot, bindings }: { config: Config; snapshot: Snapshot; bindings: Bindings },
): Gateway {
  gateway.leases.forgetDenials();
  gateway.news.near.expect(config.counters.shards);
  const stored = config.origin === gateway.config.origin ? {} : createStore(config);
  const clients = config === gateway.config ? {} : createClients(config, bindings, gateway);
  const renewed = { ...gateway, ...clients, ...stored, ...derive(config, snapshot) };
  const alerts = config === gateway.config ? gateway.alerts : toAlertClient(renewed, bindings);
  const reputation = toReputationClient(config, bindings, gateway.reputation);
  return { ...renewed, stats: toRecorder(renewed, bindings), alerts, reputation };
}

/** undefined where nobody is to be told of anything. */
function toAlertClient(
  { config, pools }: Pick<Gateway, "config" | "pools">,
  { ALERTS }: Bindings,
): AlertClient | undefined {
  return config.alerts.length === 0 ? undefined : new AlertClient(ALERTS, config, () => showNow(pools));
}

/** The one that there is goes on, with what it has not reported yet; undefined where nobody wants it. */
function toRecorder(
  { config, pools, stats: known }: Pick<Gateway, "config" | "pools"> & Partial<Pick<Gateway, "stats">>,
  bindings: Bindings,
): Recorder | undefined {
  if (config.stats === undefined) return undefined;
  const stats = known ?? new Recorder(bindings.STATS);
  stats.readNow = () => showNow(pools);
  stats.shards = config.counters.shards;
  stats.push = config.stats.otlp && { name: config.name, ...config.stats.otlp };
  stats.isUseWatched = config.alerts.some(({ when }) => when.includes("unusual"));
  return stats;
}

/** The one that there is goes on, with what it knows; undefined where nothing is held against clients. */
function toReputationClient(
  { reputation: settings, counters: { shards } }: Config,
  { COUNTERS }: Bindings,
  known?: ReputationClient,
): ReputationClient | undefined {
  if (settings === undefined) return undefined;
  const client = known ?? new ReputationClient(COUNTERS);
  client.use(settings, shards);
  return client;
}

/** What they learn is of one configuration's issuers and pools. */
function createClients(
  config: Config,
  bindings: Bindings,
  { lines, keys }: Pick<Gateway, "lines" | "keys">,
): Pick<
  Gateway,
  "authority" | "ownCallers" | "reserve" | "pools" | "shares" | "credentials" | "webhooks" | "handover"
> {
  const pools = createPools(config, bindings, lines);
  const { limit, window: windowMs } = config.auth.attempts;
  const secrets = bindings as unknown as Readonly<Record<string, unknown>>;
  return {
    ownCallers: new OwnCallers(),
    handover: { calls: bindings.CALLS },
    webhooks: { WEBHOOKS: bindings.WEBHOOKS, secrets },
    reserve: new LookUpReserve({ limit, windowMs }),
    authority: createAuthority(config, bindings, keys),
    credentials: new UpstreamCredentials(secrets),
    pools,
    shares: toPoolShares(config.policies, pools),
  };
}

function createPools(
  { pools, routes, policies }: Config,
  bindings: Bindings,
  lines: WaitingLines,
): ReadonlyMap<OriginPool, PoolClient> {
  return new Map(
    pools.map((pool) => {
      const hasPriorities = hasPoolPriorities(pool, routes);
      const isFollowed = policies.some((policy) =>
        listFollowing(policy).some(({ rule }) => rule.pool === pool.name),
      );
      return [pool, new PoolClient(pool, bindings, { lines, hasPriorities, isFollowed })];
    }),
  );
}

/** What is stored is of one origin. */
function createStore({ origin }: Config): Pick<Gateway, "store" | "marks"> {
  const store = new CacheStore(origin);
  return { store, marks: new ChangeMarks(store) };
}

function derive(config: Config, snapshot: Snapshot): Derived {
  const attempts = toStandIn(STAND_IN_INDEX.attempts, config.attempts);
  const preflights = toStandIn(STAND_IN_INDEX.preflights, config.preflights);
  const policyFields = new Map<LimitedRoute, string | undefined>();
  const batches = config.batch === undefined ? [] : [config.batch.limited];
  for (const route of [...config.routes, attempts, preflights, ...batches])
    policyFields.set(route, toPolicyField(route.policies, config));
  const overrides = createOverrideIndex(config.policies, snapshot.overrides);
  return {
    config,
    // A denial that is remembered must not outlive the limits that it was made under.
    denials: new DenialCache(),
    hasCache: config.routes.some(({ cache }) => cache !== undefined),
    attempts,
    preflights,
    policyFields,
    overrides: overrides.size === 0 ? undefined : overrides,
    bans: createBanIndex(snapshot.bans),
    access: snapshot.access.length === 0 ? undefined : new AccessEntries(snapshot.access),
  };
}

/** Stands for a route where one policy of the gateway's own counts. */
function toStandIn(index: number, policy: Policy): LimitedRoute {
  return { index, path: "", policies: [policy], hasVariants: false, cost: 1 };
}

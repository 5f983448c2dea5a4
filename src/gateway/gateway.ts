// What every request needs and none changes: the configuration, the bindings, and what was worked out of them. A request
// keeps to the one it began with; what an operator changes makes another one.
import { AccessEntries } from "../core/control/access-entries.ts";
import type { Config, Policy } from "../core/config/config.ts";
import { type BanIndex, createBanIndex } from "../core/control/ban-index.ts";
import { createOverrideIndex, type OverrideIndex } from "../core/control/override-index.ts";
import { NO_SNAPSHOT, type Snapshot } from "../core/control/snapshot.ts";
import { toRateLimitPolicyField } from "../core/policies/rate-limit-headers.ts";
import type { OriginPool } from "../core/origins/origin-pool.ts";
import { IsolateLeases } from "../core/leases/isolate-leases.ts";
import { DenialCache } from "../core/policies/denial-cache.ts";
import type { Bindings } from "../platform/bindings.ts";
import { type Authority, createAuthority } from "./credentials/authority.ts";
import { ChangeMarks } from "./cache/change-marks.ts";
import { CacheStore } from "./cache/cache-store.ts";
import type { Limited } from "./limits/checked-limits.ts";
import { InFlight } from "./request/collapsing.ts";
import { CounterClient } from "./limits/counter-client.ts";
import { PoolClient } from "./origins/pool-client.ts";
import { PurgeClient } from "./cache/purge-client.ts";
import { WaitingLines } from "./origins/waiting-lines.ts";

/** Keys that an isolate holds leases of at a time. */
const LEASED_KEYS_MAX = 10_000;

export interface Gateway {
  readonly config: Config;
  readonly counters: CounterClient;
  readonly denials: DenialCache;
  readonly leases: IsolateLeases;
  readonly store: CacheStore;
  readonly purges: PurgeClient;
  readonly marks: ChangeMarks;
  readonly inFlight: InFlight;
  readonly pools: ReadonlyMap<OriginPool, PoolClient>;
  readonly lines: WaitingLines;
  /** Whether any route is cached. */
  readonly hasCache: boolean;
  /** Who may be calling. */
  readonly authority: Authority;
  /** Stands for a route where a credential is refused that nobody issued. */
  readonly attempts: Limited;
  /** RateLimit-Policy for each route; undefined where the draft's fields are switched off. */
  readonly policyFields: ReadonlyMap<Limited, string | undefined>;
  /** Limits changed at run time; undefined when there are none. */
  readonly overrides: OverrideIndex | undefined;
  readonly bans: BanIndex;
  /** Who is let in or kept out at run time; undefined when nobody is. */
  readonly access: AccessEntries | undefined;
}

/** What is made anew when the configuration or anything of the snapshot changes. */
type Derived = Omit<
  Gateway,
  "counters" | "leases" | "purges" | "inFlight" | "lines" | "store" | "marks" | "authority" | "pools"
>;

export function createGateway(config: Config, bindings: Bindings): Gateway {
  const lines = new WaitingLines();
  return {
    lines,
    counters: new CounterClient(bindings.COUNTERS),
    leases: new IsolateLeases(() => crypto.randomUUID(), LEASED_KEYS_MAX),
    purges: new PurgeClient(bindings.PURGES),
    inFlight: new InFlight(),
    ...createClients(config, bindings, lines),
    ...createStore(config),
    ...derive(config, NO_SNAPSHOT),
  };
}

/** The gateway with this in force. What it knows of counters, purges and requests in flight stays. */
export function renewGateway(
  gateway: Gateway,
  { config, snapshot, bindings }: { config: Config; snapshot: Snapshot; bindings: Bindings },
): Gateway {
  gateway.leases.changeRules();
  const stored = config.origin === gateway.config.origin ? {} : createStore(config);
  const clients = config === gateway.config ? {} : createClients(config, bindings, gateway.lines);
  return { ...gateway, ...clients, ...stored, ...derive(config, snapshot) };
}

/** What they learn is of one configuration's issuers and pools. */
function createClients(
  config: Config,
  bindings: Bindings,
  lines: WaitingLines,
): Pick<Gateway, "authority" | "pools"> {
  return {
    authority: createAuthority(config, bindings),
    pools: new Map(config.pools.map((pool) => [pool, new PoolClient(pool, bindings, lines)])),
  };
}

/** What is stored is of one origin. */
function createStore({ origin }: Config): Pick<Gateway, "store" | "marks"> {
  const store = new CacheStore(origin);
  return { store, marks: new ChangeMarks(store) };
}

function derive(config: Config, snapshot: Snapshot): Derived {
  const attempts = { index: -1, path: "", policies: [config.attempts], hasVariants: false, cost: 1 };
  const policyFields = new Map<Limited, string | undefined>();
  for (const route of [...config.routes, attempts])
    policyFields.set(route, toPolicyField(route.policies, config));
  const overrides = createOverrideIndex(config.policies, snapshot.overrides);
  return {
    config,
    // A denial that is remembered must not outlive the limits that it was made under.
    denials: new DenialCache(),
    hasCache: config.routes.some(({ cache }) => cache !== undefined),
    attempts,
    policyFields,
    overrides: overrides.size === 0 ? undefined : overrides,
    bans: createBanIndex(snapshot.bans),
    access: snapshot.access.length === 0 ? undefined : new AccessEntries(snapshot.access),
  };
}

/** RateLimit-Policy; undefined where the draft's fields are switched off. */
export function toPolicyField(policies: readonly Policy[], { headers }: Config): string | undefined {
  if (!headers.draft) return undefined;
  return toRateLimitPolicyField(policies.filter(({ enforcePercent }) => enforcePercent > 0));
}

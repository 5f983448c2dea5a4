// A fleet of isolates that run the gateway as it ships: each its own, all on the network and in the time of the simulation.

import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { registerHooks } from "node:module";
import type { KeyRecord } from "../../src/core/keys/key-record.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import { createBody, Network } from "./network.ts";
import type { DataCentre } from "./world.ts";
import type { VirtualTime } from "./virtual-time.ts";

type Context = { readonly waitUntil: (promise: Promise<unknown>) => void };

/** What of the gateway's code is used here. It is written for the runtime, whose types this program has not. */
interface Live {
  readonly current: (
    request: Request,
    context: Context,
  ) => object | { readonly known: Promise<object | undefined> };
}
interface GatewayCode {
  readonly LiveGateway: new (deployed: unknown, given: { exported: unknown; bindings: object }) => Live;
  readonly handleSafely: (request: Request, gateway: object, context: Context) => Promise<Response>;
}

interface Answer {
  readonly status: number;
  readonly ageMs: number;
}

/** What Headgate promises. */
const PURGED_WITHIN_MS = 5_000;
const REVOKED_WITHIN_MS = 4_000;

export const ROUTES = ["/cached", "/key", "/pool", "/upstream"] as const;
export type RoutePath = (typeof ROUTES)[number];

const GATEWAY = "https://gateway.example";
const CONFIG = {
  origin: "https://origin.example",
  log: { denied: 0 },
  auth: {},
  origins: {
    main: { members: ["https://main-1.example", "https://main-2.example"] },
    upstream: {
      members: ["https://upstream.example"],
      feedback: { profile: "standard", otherScopes: "pool" },
    },
  },
  alerts: [{ to: [{ slack: "TEAM_SLACK" }] }],
  policies: {},
  routes: [
    { path: "/cached", cache: {} },
    { path: "/key", auth: "required" },
    { path: "/pool", origin: "main" },
    { path: "/upstream", origin: "upstream" },
  ],
} as const;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith("cloudflare:")
      ? { url: new URL("runtime-module.ts", import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});

export interface FleetOptions {
  readonly time: VirtualTime;
  readonly keys: number;
}

export class Fleet {
  readonly network: Network;
  readonly #code: GatewayCode;
  readonly #config: unknown;
  readonly #bindings: object;
  readonly #place = new AsyncLocalStorage<object>();
  readonly #caches = new Map<DataCentre, object>();
  readonly #requests = new Map<string, Request>();
  readonly #isolates = new Map<string, Live>();
  /** Answers by status. */
  readonly answers = new Map<number, number>();
  /** Answers that a purge or a revocation should have prevented. */
  readonly late = { purged: 0, revoked: 0 };
  readonly #time: VirtualTime;
  #purgedMs = Infinity;
  readonly #revoked = new Map<number, number>();

  static async create({ time, keys }: FleetOptions): Promise<Fleet> {
    const code = { ...(await load("live-gateway.ts")), ...(await load("handle-safely.ts")) } as GatewayCode;
    return new Fleet(code, { time, keys });
  }

  private constructor(code: GatewayCode, { time, keys }: FleetOptions) {
    const records = new Map(
      Array.from({ length: keys }, (_, key) => [toHash(toKeyText(key)), toRecord(key)] as const),
    );
    this.network = new Network(time, records);
    this.#time = time;
    this.#code = code;
    const parsed = parseConfig(CONFIG);
    if (!parsed.ok) throw new Error(parsed.error.map(({ message }) => message).join("; "));
    this.#config = parsed.value;
    const objects = [
      "COUNTERS",
      "PURGES",
      "CONTROL",
      "SNAPSHOTS",
      "HEALTH",
      "FEEDBACK",
      "STATS",
      "ALERTS",
      "WEBHOOKS",
      "CALLS",
    ];
    this.#bindings = {
      ...Object.fromEntries(objects.map((name) => [name, this.network.bind(name)])),
      ADMIN_TOKEN: "admin",
    };
    const place = this.#place;
    Object.assign(globalThis, {
      caches: {
        get default() {
          return place.getStore();
        },
      },
      fetch: async () => {
        await time.wait(30);
        return new Response(createBody("hello"), { headers: { "cache-control": "public, max-age=3600" } });
      },
    });
  }

  /** All that is stored. */
  purge(): void {
    this.#purgedMs = this.#time.nowMs;
    this.network.purge({ kind: "everything" });
  }

  revoke(key: number): void {
    this.#revoked.set(key, this.#time.nowMs);
    this.network.revoke(toHash(toKeyText(key)));
  }

  async send(
    centre: DataCentre,
    isolate: number,
    { path, key }: { path: RoutePath; key: number },
  ): Promise<void> {
    const name = `${centre.name} ${isolate}`;
    let live = this.#isolates.get(name);
    if (live === undefined) {
      live = new this.#code.LiveGateway(this.#config, { exported: CONFIG, bindings: this.#bindings });
      this.#isolates.set(name, live);
    }
    const request = this.#toRequest(centre, path, key);
    const sentMs = this.#time.nowMs;
    const { status, ageMs } = await this.#place.run(this.#toCache(centre), () => this.#answer(live, request));
    this.answers.set(status, (this.answers.get(status) ?? 0) + 1);
    const isRevoked = sentMs - (this.#revoked.get(key) ?? Infinity) >= REVOKED_WITHIN_MS;
    if (path === "/key" && isRevoked && status === 200) this.late.revoked += 1;
    // Ages are whole seconds, rounded down.
    const isPurged = sentMs - this.#purgedMs >= PURGED_WITHIN_MS;
    if (isPurged && this.#time.nowMs - ageMs < this.#purgedMs) this.late.purged += 1;
  }

  async #answer(live: Live, request: Request): Promise<Answer> {
    const context: Context = { waitUntil: (promise) => void promise.catch(() => undefined) };
    const active = live.current(request, context);
    const gateway = "known" in active ? await active.known : active;
    if (gateway === undefined) return { status: 503, ageMs: 0 };
    const { status, headers } = await this.#code.handleSafely(request, gateway, context);
    return { status, ageMs: Number(headers.get("age") ?? 0) * 1_000 };
  }

  #toCache(centre: DataCentre): object {
    const known = this.#caches.get(centre) ?? this.network.createCache();
    this.#caches.set(centre, known);
    return known;
  }

  #toRequest(centre: DataCentre, path: RoutePath, key: number): Request {
    const name = `${centre.name} ${path} ${path === "/key" ? key : ""}`;
    const known = this.#requests.get(name);
    if (known !== undefined) return known;
    const headers = new Headers({
      "cf-connecting-ip": "192.0.2.1",
      "cf-ray": "8f0123456789abcd-AMS",
      accept: "*/*",
    });
    if (path === "/key") headers.set("x-api-key", toKeyText(key));
    const request = Object.assign(new Request(GATEWAY + path, { headers }), {
      cf: { continent: centre.continent, country: "CH", asn: 64_500 },
    });
    this.#requests.set(name, request);
    return request;
  }
}

async function load(path: string): Promise<object> {
  return (await import(new URL(`../../src/gateway/${path}`, import.meta.url).href)) as object;
}

function toKeyText(key: number): string {
  const text = createHash("sha512").update(String(key)).digest("hex");
  return `hg_${text.slice(0, 8)}_${text.slice(8, 51)}`;
}

const toHash = (text: string): string => createHash("sha256").update(text).digest("hex");

function toRecord(key: number): KeyRecord {
  return {
    id: `key-${key}`,
    consumer: `consumer-${key}`,
    tier: undefined,
    scopes: [],
    expiresAtMs: undefined,
    enabled: true,
    metadata: {},
  };
}

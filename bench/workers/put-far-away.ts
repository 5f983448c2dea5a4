// Puts the world between a Worker and what it asks: every call of a Durable Object, of the Cache API and of anything but
// the origin takes as long as its way does, half before and half after. The Worker's own code is untouched: what the
// runtime hands it is wrapped before its modules are read. It also notes which calls a request waited for in series.

import { env } from "cloudflare:workers";
import { type Delays, type Distance, toDistance } from "../world/distances.ts";
import { type Call, findSeries, type Span } from "../world/find-series.ts";

/** The runtime's own, for a Worker that is checked beside programs of Node. */
declare const scheduler: { readonly wait: (ms: number) => Promise<void> };
declare const caches: { readonly default: object };

/** What the path of the bench's own answers. */
export interface Trips {
  /** Of the last request that was answered: what it waited for, one after another. */
  readonly series: readonly Distance[];
  /** Since the start. */
  readonly calls: Readonly<Record<Distance, number>>;
}

interface WorldEnv {
  readonly WORLD_DELAYS: string;
  readonly ORIGIN_URL: string;
}

type Fetch = (input: unknown, ...rest: unknown[]) => Promise<unknown>;
type Ask = (...args: unknown[]) => Promise<unknown>;
type Stub = Readonly<Record<string | symbol, unknown>>;
interface Worker {
  readonly fetch: (request: Request, env: unknown, context: unknown) => unknown;
}

const TRIPS_PATH = "/.bench/trips";
/** Of more calls nothing is known but their number: they are noted for one request at a time. */
const NOTED_MAX = 1_000;

const bindings = env as unknown as WorldEnv & Readonly<Record<string, unknown>>;
const delays = JSON.parse(bindings.WORLD_DELAYS) as Delays;
const counts = { near: 0, far: 0, cache: 0 };
let events = 0;
let noted: { distance: Distance; begin: number; end: number }[] = [];
let last: Span = { begin: 0, end: 0 };

async function travel(distance: Distance, ask: () => unknown): Promise<unknown> {
  counts[distance] += 1;
  if (noted.length >= NOTED_MAX) noted = noted.slice(NOTED_MAX / 2);
  const call: Call & { end: number } = { distance, begin: (events += 1), end: Infinity };
  noted.push(call);
  try {
    await scheduler.wait(delays[distance] / 2);
    return await ask();
  } finally {
    await scheduler.wait(delays[distance] / 2);
    call.end = events += 1;
  }
}

putObjectsAway();
putCacheAway();
putServersAway();

/** The Worker as it is, and what it waited for at a path of the bench's own. */
export function watch(worker: Worker): Worker {
  return {
    fetch: async (request, given, context) => {
      if (request.url.endsWith(TRIPS_PATH))
        return Response.json({ series: findSeries(noted, last, delays), calls: counts } satisfies Trips);
      const begin = (events += 1);
      const response = await worker.fetch(request, given, context);
      last = { begin, end: (events += 1) };
      return response;
    },
  };
}

/** All namespaces share one prototype, so each is told apart by which binding it is. */
function putObjectsAway(): void {
  const names = new Map<unknown, string>();
  for (const [name, binding] of Object.entries(bindings)) {
    if (typeof binding === "object" && binding !== null && "idFromName" in binding) names.set(binding, name);
  }
  const [namespace] = names.keys();
  if (namespace === undefined) return;
  const prototype = Object.getPrototypeOf(namespace) as Record<
    "get" | "getByName",
    (this: unknown, asked: unknown) => Stub
  >;
  for (const method of ["get", "getByName"] as const) {
    const original = prototype[method];
    prototype[method] = function (asked) {
      const name = typeof asked === "string" ? asked : ((asked as { readonly name?: string }).name ?? "");
      return putStubAway(original.call(this, asked), toDistance(names.get(this) ?? "", name));
    };
  }
}

function putStubAway(stub: Stub, distance: Distance): Stub {
  return new Proxy(stub, {
    get: (_target, property) => {
      const value = stub[property];
      // A property of a stub is a method of the object's, whatever its name, but for what the runtime says of it.
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        travel(distance, () => (stub as Readonly<Record<string | symbol, Ask>>)[property]?.(...args));
    },
  });
}

function putCacheAway(): void {
  const prototype = Object.getPrototypeOf(caches.default) as Record<string, Ask>;
  for (const method of ["match", "put", "delete"]) {
    const original = prototype[method];
    if (original === undefined) continue;
    prototype[method] = function (this: unknown, ...args) {
      return travel("cache", () => original.apply(this, args));
    };
  }
}

function putServersAway(): void {
  const original = globalThis.fetch as unknown as Fetch;
  const putAway: Fetch = (input, ...rest) => {
    const url = input instanceof Request ? input.url : String(input);
    const ask = (): Promise<unknown> => original(input, ...rest);
    return url.startsWith(bindings.ORIGIN_URL) ? ask() : travel("far", ask);
  };
  globalThis.fetch = putAway as unknown as typeof fetch;
}

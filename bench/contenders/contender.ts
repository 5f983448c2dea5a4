// What takes part in the bench. One contender is one file in this folder and one line in registry.ts.

import type { Need } from "../machine/needs.ts";
import type { Delays } from "../world/distances.ts";
import type { Limit, Workload } from "../workloads/workload.ts";

export interface Contender {
  /** How --only names it. */
  readonly name: string;
  readonly title: string;
  /** "priced": Cloudflare's list prices cover all of it. "stored elsewhere": its state is with another provider. "other": another runtime, for context. */
  readonly platform: "priced" | "stored elsewhere" | "other";
  /** What becomes of a request that is not denied. */
  readonly serves: "by forwarding" | "from a cache" | "by itself";
  /** One row of the table, and one server of its own, for each. */
  readonly workloads: readonly Workload[];
  /** What it cannot run without. Looked for, and installed where that is possible, before anything starts. */
  readonly needs?: readonly Need[];
  /** Brings it up on the stand's server core, in front of the stand's origin. */
  readonly start: (stand: Stand) => Promise<Server>;
}

/** Where a contender is brought up. */
export interface Stand {
  readonly originUrl: string;
  /** host:port of a store for the Cache API. */
  readonly cacheAddress: string;
  /** Its own and empty: for built files, configuration and storage. Deleted at the end. */
  readonly folder: string;
  /** What goes before a command so that it runs on the server's core. */
  readonly pinned: readonly string[];
  /** What each key may have, in the way of the contender's own algorithm. */
  readonly limit: Limit;
  /** How far away what a Worker asks is put. undefined: as near as this machine has it. */
  readonly delays?: Delays;
}

export interface Server {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Every process that works for it: what they use together is its CPU time. */
  readonly processIds: readonly number[];
  /** The most requests that one key may have admitted within so many milliseconds. undefined: it never denies. */
  readonly toAllowed: ((elapsedMs: number) => number) | undefined;
  /** Brings up one that counts what its Durable Objects, or its store, are asked. It may be slower, so it is never timed. undefined: it has none. */
  readonly startCounting?: (() => Promise<CountingServer>) | undefined;
  /** Ends the Worker, and starts a new isolate of it, with what the objects of the old one have stored. */
  readonly renew?: (() => Promise<Pick<Server, "port" | "stop">>) | undefined;
  readonly stop: () => Promise<void>;
}

export interface CountingServer {
  readonly port: number;
  /** Since it was started. */
  readonly readUse: () => Promise<Use>;
  readonly stop: () => Promise<void>;
}

/** What Durable Objects are billed for, or the calls of another store. */
export interface Use {
  readonly calls: number;
  /** undefined: what it stores in has no rows. */
  readonly rowsWritten: number | undefined;
}

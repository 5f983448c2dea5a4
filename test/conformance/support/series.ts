// Many isolates of one gateway whose Durable Objects are as far away as in the world: those near the clients answer after a
// moment, those that there is one of in the world after a longer one. Says how many calls a request made in series.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Reply, type RequestOptions, send } from "./client.ts";
import { newFolder, toConfigSource } from "./gateway.ts";
import { buildBesideShared } from "./shared-worker.ts";
import { serveIsolates, toOthers, type TwoIsolates } from "./two-isolates.ts";

/** Calls that wait for each other differ by far more than a busy machine adds. */
const NEAR_MS = 100;
const FAR_MS = 280;
const CALLS_PATH = "/.series/calls";
const STATE_PATH = "/.series/state/";

const MAIN = `
import worker, {
  ControlObject as Control,
  CounterObject as Counter,
  PurgeObject as Purge,
  SnapshotObject as Snapshot,
} from "./worker.js";
export * from "./worker.js";

let calls = [];
const states = { near: "up", far: "up", counter: "up" };

function watch(who, Original, Watching, ms) {
  for (const name of Object.getOwnPropertyNames(Original.prototype)) {
    if (name === "constructor" || name === "alarm") continue;
    Watching.prototype[name] = async function (...given) {
      const call = { who, name, startMs: Date.now(), endMs: Infinity };
      calls.push(call);
      await scheduler.wait(ms);
      if (states[who] === "silent") await scheduler.wait(60_000);
      if (states[who] === "failing") throw new Error("broken on purpose");
      const answer = await Original.prototype[name].apply(this, given);
      call.endMs = Date.now();
      return answer;
    };
  }
}
export class ControlObject extends Control {}
watch("far", Control, ControlObject, ${FAR_MS});
export class PurgeObject extends Purge {}
watch("far", Purge, PurgeObject, ${FAR_MS});
export class SnapshotObject extends Snapshot {}
watch("near", Snapshot, SnapshotObject, ${NEAR_MS});
export class CounterObject extends Counter {}
watch("counter", Counter, CounterObject, ${NEAR_MS});

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "${CALLS_PATH}") {
      const taken = calls;
      calls = taken.filter(({ endMs }) => endMs === Infinity);
      return Response.json(taken);
    }
    if (!pathname.startsWith("${STATE_PATH}")) return worker.fetch(request, env, context);
    const [who, state] = pathname.slice("${STATE_PATH}".length).split("/");
    states[who] = state;
    return new Response();
  },
};
`;

type Who = "near" | "far" | "counter";

export interface Call {
  readonly who: Who;
  readonly name: string;
  readonly startMs: number;
  /** Infinity while it has not ended. */
  readonly endMs: number | null;
}

export interface Series {
  readonly reply: Reply;
  /** The longest row of calls that a request can have waited for, one after the other. */
  readonly near: number;
  readonly far: number;
  readonly calls: readonly Call[];
}

export interface SeriesGateway extends TwoIsolates {
  /** Sends a request to an isolate, the first being 1, while no other is under way. */
  readonly ask: (isolate: number, path: string, options?: RequestOptions) => Promise<Series>;
  /** The calls since they were asked for last; those that had not ended are said again. */
  readonly takeCalls: () => Promise<readonly Call[]>;
  /** From now on these objects answer, throw, or say nothing. */
  readonly setState: (who: Who, state: "up" | "failing" | "silent") => Promise<void>;
}

export async function startSeriesGateway(
  config: Readonly<Record<string, unknown>>,
  { vars, isolates }: { readonly vars: Readonly<Record<string, string>>; readonly isolates: number },
): Promise<SeriesGateway> {
  const folder = await newFolder();
  const [configPath, scriptPath] = [join(folder, "headgate.config.ts"), join(folder, "series.js")];
  await writeFile(configPath, toConfigSource(config));
  await buildBesideShared({ configPath, outFile: scriptPath }, MAIN);
  const served = await serveIsolates(scriptPath, { vars, others: toOthers(isolates) });
  const takeCalls = async (): Promise<readonly Call[]> =>
    (await send(served, CALLS_PATH)).json() as unknown as readonly Call[];
  return {
    url: served.url,
    takeCalls,
    ask: async (isolate, path, { fields = [], ...options } = {}) => {
      await takeCalls();
      const host = isolate === 1 ? [] : ([["Host", `isolate-${isolate}.example`]] as const);
      const reply = await send(served, path, { ...options, fields: [...fields, ...host] });
      const calls = await takeCalls();
      const waitedFor = calls.filter(
        ({ startMs, endMs }) => startMs >= reply.sentAtMs && endMs !== null && endMs <= reply.answeredAtMs,
      );
      const depth = (isFar: boolean): number =>
        toDepth(waitedFor.filter(({ who }) => (who === "far") === isFar));
      return { reply, near: depth(false), far: depth(true), calls };
    },
    setState: async (who, state) => {
      await send(served, `${STATE_PATH}${who}/${state}`);
    },
    close: async () => {
      await served.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How many of these calls follow each other: each begins when the one before has ended. */
function toDepth(calls: readonly Call[]): number {
  let depth = 0;
  let endsMs = -Infinity;
  for (const { startMs, endMs } of calls.toSorted((a, b) => (a.endMs ?? 0) - (b.endMs ?? 0))) {
    if (startMs < endsMs) continue;
    depth += 1;
    endsMs = endMs ?? Infinity;
  }
  return depth;
}

// A gateway with a Worker of the test's own around it, which sees what HTTP does not show: how often counter objects are
// and the objects that know what operators changed are asked, and clients that leave as the platform notices it. It can
// also take these away, from its start on where a variable says so. Its own Worker is the built one, unchanged.

import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { serveWorker } from "../../../src/cli/serve-worker.ts";
import { send, type Target } from "./client.ts";
import { buildBesideShared } from "./shared-worker.ts";
import { newFolder, toConfigSource } from "./gateway.ts";

const CALLS_PATH = "/.watched/calls";
const LOOK_UPS_PATH = "/.watched/look-ups";
const SLOW_PATH = "/.watched/slow/";
const CONTROL_PATH = "/.watched/control/";
const KNOWLEDGE_PATH = "/.watched/knowledge";
/** With this field beside it, nothing of the request goes on when its client leaves, as when the platform ends it. */
export const DIES = "X-Dies";
/** A request with this field is given up by its client after so many milliseconds, and answered with 499. */
export const LEAVES_AFTER = "X-Leaves-After-Ms";

const MAIN = `
import { env, WorkerEntrypoint } from "cloudflare:workers";
import worker, {
  ControlObject as Controlling,
  CounterObject as Watched,
  SnapshotObject as Informing,
} from "./worker.js";
export * from "./worker.js";

let calls = 0;
let lookUps = 0;
let slowMs = 0;
const states = { control: env.CONTROL_STATE ?? "up", near: env.NEAR_STATE ?? "up" };
const knowledge = { control: 0, near: 0 };

function watch(who, Original, Watching) {
  for (const name of Object.getOwnPropertyNames(Original.prototype)) {
    if (name === "constructor" || name === "alarm") continue;
    Watching.prototype[name] = async function (...given) {
      if (who === "control" && (name === "findKey" || name === "lookUpKey")) lookUps += 1;
      else knowledge[who] += 1;
      if (states[who] === "silent") await scheduler.wait(60_000);
      if (states[who] === "slow") await scheduler.wait(100);
      else if (states[who] !== "up") throw new Error("broken on purpose");
      return Original.prototype[name].apply(this, given);
    };
  }
}
export class ControlObject extends Controlling {}
watch("control", Controlling, ControlObject);
export class SnapshotObject extends Informing {}
watch("near", Informing, SnapshotObject);

export class CounterObject extends Watched {
  async decideText(requests) {
    calls += 1;
    if (slowMs > 0) await scheduler.wait(slowMs);
    return super.decideText(requests);
  }
  settle(settlement) {
    calls += 1;
    return super.settle(settlement);
  }
}

export class Behind extends WorkerEntrypoint {
  fetch(request) {
    const context = request.headers.has("${DIES}") ? { waitUntil: () => undefined } : this.ctx;
    return worker.fetch(request, this.env, context);
  }
}

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url);
    if (pathname === "${CALLS_PATH}") return new Response(String(calls));
    if (pathname === "${LOOK_UPS_PATH}") return new Response(String(lookUps));
    if (pathname.startsWith("${SLOW_PATH}")) {
      slowMs = Number(pathname.slice("${SLOW_PATH}".length));
      return new Response();
    }
    if (pathname.startsWith("${CONTROL_PATH}")) {
      states.control = pathname.slice("${CONTROL_PATH}".length);
      return new Response();
    }
    if (pathname === "${KNOWLEDGE_PATH}") return Response.json(knowledge);
    const leavesAfterMs = request.headers.get("${LEAVES_AFTER}");
    if (leavesAfterMs === null) return worker.fetch(request, env, context);
    const aborter = new AbortController();
    setTimeout(() => aborter.abort(), Number(leavesAfterMs));
    try {
      return await context.exports.Behind.fetch(new Request(request, { signal: aborter.signal }));
    } catch {
      return new Response("the client has left", { status: 499 });
    }
  },
};
`;

export interface WatchedGateway extends Target {
  /** How often counter objects were asked to decide or settle so far. */
  readonly readCalls: () => Promise<number>;
  /** How often the control object was asked whose a key is. */
  readonly readLookUps: () => Promise<number>;
  /** How often the control object, and the snapshot object near the clients, were asked for anything but keys. */
  readonly readKnowledge: () => Promise<{ readonly control: number; readonly near: number }>;
  /** From now on counter objects answer questions so much later. */
  readonly slowDown: (ms: number) => Promise<void>;
  /** From now on the control object answers, throws, or says nothing. */
  readonly setControl: (state: "up" | "failing" | "silent") => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startWatchedGateway(
  config: Readonly<Record<string, unknown>>,
  vars: Readonly<Record<string, string>> = {},
  persistTo?: string,
): Promise<WatchedGateway> {
  const folder = await newFolder();
  const [configPath, scriptPath] = [join(folder, "headgate.config.ts"), join(folder, "watched.js")];
  await writeFile(configPath, toConfigSource(config));
  await buildBesideShared({ configPath, outFile: scriptPath }, MAIN);
  const kept = persistTo === undefined ? {} : { persistTo };
  const { url, close } = await serveWorker({ scriptPath, port: 0, vars, onLog: () => undefined, ...kept });
  const gateway: Target = { url: `http://127.0.0.1:${url.port}` };
  return {
    ...gateway,
    readCalls: async () => Number((await send(gateway, CALLS_PATH)).text()),
    readLookUps: async () => Number((await send(gateway, LOOK_UPS_PATH)).text()),
    readKnowledge: async () =>
      (await send(gateway, KNOWLEDGE_PATH)).json() as { readonly control: number; readonly near: number },
    slowDown: async (ms) => {
      await send(gateway, `${SLOW_PATH}${ms}`);
    },
    setControl: async (state) => {
      await send(gateway, `${CONTROL_PATH}${state}`);
    },
    close: async () => {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// `npm run prove:crashes`: kills a gateway under load (SIGKILL), again and again over the same counters, and counts what each
// client was let through in all. Ends with 1 when one request too many was. Options: how many kills.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildWorker } from "../src/cli/build-worker.ts";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { serveWorker } from "../src/cli/serve-worker.ts";
import { startOrigin } from "./fuzz/start-origin.ts";
import { findOwnWorkerd } from "./prove-crashes/find-own-workerd.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
/** Little comes back of a day's limit while this runs. */
const POLICY = { algorithm: "sliding-window", window: "24h", key: "ip", timeoutMs: 5_000, onError: "closed" };
const LIMITS = { few: 15, light: 60, heavy: 400 } as const;
const CLIENTS = 6;
const AT_ONCE = 12;
const LOADED_MS = 2_500;

type Path = keyof typeof LIMITS;

/** Requests that were let through, by client and policy. */
class Admitted {
  readonly #counts = new Map<string, number>();

  add(path: Path, ip: string): void {
    const name = `${path} ${ip}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Clients that have had more than their limit, and those that have had all of it. */
  toFindings(): { readonly over: number; readonly full: number; readonly clients: number } {
    const found = [...this.#counts].map(([name, count]) => count - LIMITS[name.split(" ", 1)[0] as Path]);
    return {
      over: found.reduce((sum, above) => sum + Math.max(0, above), 0),
      full: found.filter((above) => above === 0).length,
      clients: found.length,
    };
  }
}

async function load(url: URL, admitted: Admitted, endMs: number): Promise<void> {
  const paths = Object.keys(LIMITS) as Path[];
  const work = async (worker: number): Promise<void> => {
    for (let sent = worker; Date.now() < endMs; sent += AT_ONCE) {
      const path = paths[sent % 7 === 0 ? 0 : sent % 3 === 0 ? 2 : 1] ?? "light";
      // The heavy policy has two clients, so that instances lease it.
      const ip = `192.0.2.${path === "heavy" ? sent % 2 : Math.floor(Math.random() * CLIENTS)}`;
      const asked = fetch(new URL(`/${path}`, url), { headers: { "CF-Connecting-IP": ip } });
      const status = await asked.then((response) => response.status).catch(() => undefined);
      // One that is killed before it answers has let nothing through.
      if (status === 200) admitted.add(path, ip);
      if (status === undefined) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => work(worker)));
}

await runCommand(async () => {
  const { values } = parseArgs({ options: { kills: { type: "string", default: "20" } } });
  const kills = Number(values.kills);
  await mkdir(DIST, { recursive: true });
  const folder = await mkdtemp(join(DIST, "crashes-"));
  const origin = await startOrigin();
  const admitted = new Admitted();
  try {
    const [configPath, scriptPath] = [join(folder, "config.json"), join(folder, "worker.js")];
    const config = {
      origin: origin.url,
      counters: { shards: 1 },
      log: { allowed: 0, denied: 0 },
      policies: Object.fromEntries(
        Object.entries(LIMITS).map(([name, limit]) => [name, { ...POLICY, limit }]),
      ),
      routes: Object.keys(LIMITS).map((name) => ({ path: `/${name}`, policies: [name] })),
    };
    await writeFile(configPath, JSON.stringify(config));
    await buildWorker({ configPath, outFile: scriptPath });
    for (let kill = 1; kill <= kills; kill += 1) {
      const persistTo = join(folder, "counters");
      const served = await serveWorker({ scriptPath, port: 0, vars: {}, persistTo, onLog: () => undefined });
      const loaded = load(served.url, admitted, Date.now() + LOADED_MS + 1_000);
      await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * (LOADED_MS - 700)));
      for (const id of await findOwnWorkerd()) process.kill(id, "SIGKILL");
      await loaded;
      await served.close().catch(() => undefined);
      console.log(
        `kill ${kill}: ${admitted.total} let through so far, ${JSON.stringify(admitted.toFindings())}`,
      );
    }
  } finally {
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
  const { over } = admitted.toFindings();
  if (over > 0) throw new CommandError(`Cannot allow ${over} requests: clients had more than their limit`);
});

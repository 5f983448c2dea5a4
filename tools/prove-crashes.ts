// `npm run prove:crashes`: kills a gateway under load (SIGKILL), again and again over the same counters, and counts what of each
// client reached the origin in all. Ends with 1 when one request too many did. Options: how many kills.

import { Agent } from "node:http";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { buildWorker } from "../src/cli/build-worker.ts";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { serveWorker } from "../src/cli/serve-worker.ts";
import { startOrigin } from "./fuzz/start-origin.ts";
import { findOwnWorkerd } from "./processes/find-own-workerd.ts";
import { Admitted, load, POLICIES } from "./prove-crashes/load.ts";

const DIST = fileURLToPath(new URL("../dist/", import.meta.url));
const AT_ONCE = 48;
/** When the kill comes, after the first request. */
const KILLED_MS = { from: 400, to: 3_000 } as const;

await runCommand(async () => {
  const { values } = parseArgs({
    options: { kills: { type: "string", default: "20" }, help: { type: "boolean", default: false } },
  });
  if (values.help) {
    console.log("Usage: npm run prove:crashes -- [--kills <n>] [--help]\nKills 20 times unless said.");
    return;
  }
  const kills = Number(values.kills);
  await mkdir(DIST, { recursive: true });
  const folder = await mkdtemp(join(DIST, "crashes-"));
  const admitted = new Admitted();
  const origin = await startOrigin((target) => {
    admitted.add(target);
    return 200;
  });
  try {
    const [configPath, scriptPath] = [join(folder, "config.json"), join(folder, "worker.js")];
    const names = Object.keys(POLICIES);
    const config = {
      origin: origin.url,
      counters: { shards: 1 },
      log: { allowed: 0, denied: 0 },
      policies: POLICIES,
      routes: names.map((name) => ({ path: `/${name}`, policies: [name] })),
    };
    await writeFile(configPath, JSON.stringify(config));
    await buildWorker({ configPath, outFile: scriptPath });
    for (let kill = 1; kill <= kills; kill += 1) {
      const persistTo = join(folder, "counters");
      const served = await serveWorker({ scriptPath, port: 0, vars: {}, persistTo, onLog: () => undefined });
      const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
      const startedMs = Date.now();
      const loading = load({
        url: served.url,
        agent,
        turn: kill,
        atOnce: AT_ONCE,
        endMs: startedMs + KILLED_MS.to + 1_000,
      });
      await new Promise((resolve) => {
        setTimeout(resolve, KILLED_MS.from + Math.random() * (KILLED_MS.to - KILLED_MS.from));
      });
      for (const id of await findOwnWorkerd()) process.kill(id, "SIGKILL");
      const { sent, answered } = await loading;
      const seconds = ((Date.now() - startedMs) / 1_000).toFixed(1);
      agent.destroy();
      await served.close().catch(() => undefined);
      console.log(
        `kill ${kill} after ${seconds} s: ${sent} sent, ${sent - answered} cut off, ${admitted.total} let through so far, ${JSON.stringify(admitted.toFindings())}`,
      );
    }
  } finally {
    origin.close();
    await rm(folder, { recursive: true, force: true });
  }
  const { over } = admitted.toFindings();
  if (over > 0) throw new CommandError(`Cannot allow ${over} requests: clients had more than their limit`);
});

// `npm start`: checks the configuration, builds, brings up the demo origin when that is what the configuration points
// at, serves the gateway on workerd and says what to try.

import { watch } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startDemoOrigin } from "../../demo/origin.ts";
import { DEMO_ORIGIN_PORT, DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { parseOrigin } from "../core/config/parse-origin.ts";
import { buildWorker, readConfigFile, toKib } from "./build-worker.ts";
import { CommandError, runCommand } from "./command-error.ts";
import { CONFIG_PATH, WORKER_PATH } from "./paths.ts";
import { serveWorker } from "./serve-worker.ts";

const PORT_DEFAULT = 8787;
const WATCHED_FOLDERS = ["src", "."];
const SETTLE_MS = 200;

function readPort(): number {
  const text = process.env["PORT"] ?? String(PORT_DEFAULT);
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new CommandError(
    `Cannot start: PORT must be a number from 0 to 65535, received ${JSON.stringify(text)}`,
  );
}

/** The origin in force, as its config value: ORIGIN_URL before the configuration file. */
async function readOrigin(): Promise<string> {
  const config = await readConfigFile(CONFIG_PATH);
  const override = process.env["ORIGIN_URL"];
  if (override === undefined || override === "") return config.origin;
  const parsed = parseOrigin(override);
  if (parsed.ok) return parsed.value;
  throw new CommandError(`Cannot start: ORIGIN_URL ${parsed.error[0]?.message}`);
}

async function startDemoOriginIfWanted(origin: string): Promise<boolean> {
  if (origin !== DEMO_ORIGIN_URL) return false;
  try {
    await startDemoOrigin({ port: DEMO_ORIGIN_PORT });
  } catch (error) {
    if ((error as { code?: unknown }).code !== "EADDRINUSE") throw error;
    console.log(`Port ${DEMO_ORIGIN_PORT} is taken: using what listens there as the demo origin.`);
  }
  return true;
}

function toAdvice(url: string, hasDemo: boolean): string {
  const demo = `
Try
  curl -i ${url}/json                        an answer with its rate-limit headers
  curl -i ${url}/cacheable                   twice: the second comes from the cache
  for i in $(seq 12); do curl -s -o /dev/null -w '%{http_code} ' ${url}/search?q=tea; done
                                             two policies at once: 200s, then 429s
  curl -i -X POST -d hello ${url}/echo       what the origin sees
  curl -N ${url}/events                      server-sent events
  also /slow, /error, and a WebSocket echo at /ws`;
  const yours = `
Your own origin
  ORIGIN_URL=https://api.example.com npm start     or change \`origin\` in ${CONFIG_PATH}`;
  return hasDemo ? demo + yours : "";
}

async function watchAndRestart(restart: () => Promise<void>): Promise<void> {
  let changed = false;
  for (const folder of WATCHED_FOLDERS) {
    watch(folder, { recursive: folder === "src" }, (_event, file) => {
      if (file !== null && file.endsWith(".ts")) changed = true;
    });
  }
  for (;;) {
    await sleep(SETTLE_MS);
    if (!changed) continue;
    changed = false;
    await restart();
  }
}

await runCommand(async () => {
  const port = readPort();
  const origin = await readOrigin();
  const hasDemo = await startDemoOriginIfWanted(origin);
  const serve = async (): ReturnType<typeof serveWorker> => {
    const { gzipBytes } = await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
    const vars = { ORIGIN_URL: origin };
    const served = await serveWorker({
      scriptPath: resolve(WORKER_PATH),
      port,
      vars,
      persistTo: resolve(".wrangler/state"),
    });
    console.log(`Headgate (${toKib(gzipBytes)} gzipped) listens on http://localhost:${served.url.port}`);
    console.log(`in front of ${hasDemo ? "the demo origin" : origin}, with ${CONFIG_PATH}`);
    return served;
  };
  let served = await serve();
  console.log(toAdvice(`http://localhost:${served.url.port}`, hasDemo));
  if (!process.argv.includes("--watch")) return;
  await watchAndRestart(async () => {
    // A change that does not build leaves the last good gateway running.
    try {
      await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
      await served.close();
      served = await serve();
    } catch (error) {
      console.error(error instanceof CommandError ? error.message : error);
    }
  });
});

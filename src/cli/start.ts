// `npm start`: checks the configuration, builds, brings up the demo origin when that is what the configuration points
// at, serves the gateway on workerd and says what to try.

import { resolve } from "node:path";
import { unstable_readConfig } from "wrangler";
import { startDemoOrigin } from "../../demo/origin.ts";
import { DEMO_ORIGIN_PORT, DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { ZONE } from "../core/origins/parse-origin.ts";
import { buildWorker, readConfigFile, toKib } from "./build-worker.ts";
import { CommandError, runCommand } from "./command-error.ts";
import { CONFIG_PATH, WORKER_PATH } from "./paths.ts";
import { serveWorker } from "./serve-worker.ts";

const PORT_DEFAULT = 8787;

function readPort(): number {
  const text = process.env["PORT"] ?? String(PORT_DEFAULT);
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new CommandError(
    `Cannot start: PORT must be a number from 0 to 65535, received ${JSON.stringify(text)}`,
  );
}

const VAR_NAMES = ["ORIGIN_URL", "LIMIT_FACTOR"] as const;

/** The variables in force: the environment's before those of wrangler.toml. */
function readVars(): Readonly<Record<string, string>> {
  const { vars } = unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true });
  const read: Record<string, string> = {};
  for (const name of VAR_NAMES) {
    const value: unknown = process.env[name] ?? vars[name];
    if (typeof value === "string" || typeof value === "number") read[name] = String(value);
  }
  return read;
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

function toAdvice(url: string): string {
  return `
Try
  curl -i ${url}/json                        an answer with its rate-limit headers
  curl -i ${url}/cacheable                   twice: the second comes from the cache
  for i in $(seq 12); do curl -s -o /dev/null -w '%{http_code} ' '${url}/search?q=tea'; done
                                             two policies at once: 200s, then 429s
  curl -i -X POST -d hello ${url}/echo       what the origin sees
  curl -N ${url}/events                      server-sent events
  also /slow, /error, and a WebSocket echo at /ws
Your own origin
  ORIGIN_URL=https://api.example.com npm start     or change \`origin\` in ${CONFIG_PATH}`;
}

await runCommand(async () => {
  const port = readPort();
  const vars = readVars();
  const { origin } = await readConfigFile(CONFIG_PATH, { vars, label: "with the variables in force" });
  const hasDemo = await startDemoOriginIfWanted(origin);
  const { gzipBytes } = await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  const persistTo = resolve(`.wrangler/state/${port}`);
  const { url } = await serveWorker({ scriptPath: resolve(WORKER_PATH), port, vars, persistTo });
  console.log(`Headgate (${toKib(gzipBytes)} gzipped) listens on http://localhost:${url.port}`);
  console.log(`in front of ${hasDemo ? "the demo origin" : origin}, with ${CONFIG_PATH}`);
  if (origin === ZONE)
    console.log('Note: "zone" needs a zone at Cloudflare; here it asks the host that a request names.');
  if (hasDemo) console.log(toAdvice(`http://localhost:${url.port}`));
});

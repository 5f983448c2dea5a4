// `headgate build`, and wrangler's build step before every deploy: checks the configuration with the variables of every
// environment of wrangler.toml, bundles to dist/worker.js, and holds the bundle to its bounds.

import { DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { buildWorker, readGzipBytes, toKib } from "./build-worker.ts";
import { CHECKED, checkDeploy } from "./check-deploy.ts";
import { checkEnvironments } from "./check-environments.ts";
import { buildPage, CALLS, checkBundle } from "./own-parts.ts";
import { printWarnings } from "./read-config-file.ts";
import { CONFIG_PATH, toPagePath, WORKER_PATH } from "./paths.ts";

export async function build(): Promise<void> {
  // wrangler says for which of its commands it builds.
  const wranglerCommand = process.env["WRANGLER_COMMAND"];
  if (wranglerCommand === "deploy") {
    if (process.env[CHECKED] === undefined) await checkDeploy(CONFIG_PATH);
  } else {
    const { config, warnings } = await checkEnvironments(CONFIG_PATH);
    printWarnings(warnings);
    if (wranglerCommand === "dev" && config.origin === DEMO_ORIGIN_URL)
      console.log(
        `wrangler dev brings up no demo origin: use ${CALLS.dev}, or name your origin in ORIGIN_URL.`,
      );
  }
  await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  const pagePath = toPagePath(WORKER_PATH);
  const { bytes: pageBytes } = await buildPage(pagePath);
  console.log(`Built ${WORKER_PATH} from ${CONFIG_PATH}: ${toKib(await readGzipBytes(WORKER_PATH))} gzipped`);
  console.log(`Built ${pagePath}, the dashboard: ${toKib(pageBytes)}`);
  // `wrangler types` builds to see what the Worker exports: nothing is deployed.
  if (wranglerCommand !== "types" && checkBundle !== undefined) console.log(await checkBundle());
}

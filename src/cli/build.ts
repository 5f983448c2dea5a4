// `npm run build`, and wrangler's build step before every deploy: checks the configuration with the variables of every
// environment of wrangler.toml, bundles to dist/worker.js, and holds the bundle to its bounds.

import { DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { buildWorker, readGzipBytes, toKib } from "./build-worker.ts";
import { checkBundle } from "./check-bundle.ts";
import { checkEnvironments } from "./check-environments.ts";
import { runCommand } from "./command-error.ts";
import { CONFIG_PATH, WORKER_PATH } from "./paths.ts";

await runCommand(async () => {
  const { origin } = await checkEnvironments(CONFIG_PATH);
  if (origin === DEMO_ORIGIN_URL)
    console.warn(`The origin is ${origin}, the demo origin of npm start: set your own before you deploy.`);
  await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  console.log(`Built ${WORKER_PATH} from ${CONFIG_PATH}: ${toKib(await readGzipBytes(WORKER_PATH))} gzipped`);
  console.log(await checkBundle());
});

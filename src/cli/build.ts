// `npm run build`, and wrangler's build step before every deploy: checks the configuration with the variables of every
// environment of wrangler.toml, bundles to dist/worker.js, and holds the bundle to its bounds.

import { DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { buildWorker, readGzipBytes, toKib } from "./build-worker.ts";
import { checkBundle } from "./check-bundle.ts";
import { checkEnvironments } from "./check-environments.ts";
import { CommandError, runCommand } from "./command-error.ts";
import { printWarnings } from "./read-config-file.ts";
import { CONFIG_PATH, WORKER_PATH } from "./paths.ts";

await runCommand(async () => {
  const { config, warnings } = await checkEnvironments(CONFIG_PATH);
  printWarnings(warnings);
  // wrangler says for which of its commands it builds.
  if (config.origin === DEMO_ORIGIN_URL && process.env["WRANGLER_COMMAND"] === "deploy")
    throw new CommandError(
      `Cannot deploy: ${config.origin} is the demo origin of npm start, which nobody else reaches. Set \`origin\` in ${CONFIG_PATH}, or ORIGIN_URL in wrangler.toml.`,
    );
  await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  console.log(`Built ${WORKER_PATH} from ${CONFIG_PATH}: ${toKib(await readGzipBytes(WORKER_PATH))} gzipped`);
  // `wrangler types` builds to see what the Worker exports: nothing is deployed.
  if (process.env["WRANGLER_COMMAND"] !== "types") console.log(await checkBundle());
});

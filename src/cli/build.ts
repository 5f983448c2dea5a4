// `npm run build`, and wrangler's build step before every deploy: checks the configuration with the variables of every
// environment of wrangler.toml, bundles to dist/worker.js and says the size.

import { unstable_readConfig } from "wrangler";
import { DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { buildWorker, BUNDLE_GZIP_BYTES_MAX, readConfigFile, toKib } from "./build-worker.ts";
import { runCommand } from "./command-error.ts";
import { CONFIG_PATH, WORKER_PATH } from "./paths.ts";

const WRANGLER_CONFIG = "wrangler.toml";

async function checkEnvironments(): Promise<void> {
  const top = unstable_readConfig({ config: WRANGLER_CONFIG }, { hideWarnings: true });
  const { origin } = await readConfigFile(CONFIG_PATH, {
    vars: top.vars,
    label: "the top level of wrangler.toml",
  });
  if (origin === DEMO_ORIGIN_URL)
    console.warn(`The origin is ${origin}, the demo origin of npm start: set your own before you deploy.`);
  for (const env of top.definedEnvironments ?? []) {
    const { vars } = unstable_readConfig({ config: WRANGLER_CONFIG, env }, { hideWarnings: true });
    await readConfigFile(CONFIG_PATH, { vars, label: env });
  }
}

await runCommand(async () => {
  await checkEnvironments();
  const { gzipBytes } = await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  console.log(
    `Built ${WORKER_PATH} from ${CONFIG_PATH}: ${toKib(gzipBytes)} gzipped (at most ${toKib(BUNDLE_GZIP_BYTES_MAX)})`,
  );
});

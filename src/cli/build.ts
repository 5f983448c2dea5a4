// `npm run build`, and wrangler's build step before every deploy: checks the configuration with the variables of every
// environment of wrangler.toml, bundles to dist/worker.js and dist/dashboard.page, and holds the bundle to its bounds.

import { DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { describeDeploy } from "./active-config.ts";
import { buildPage } from "./build-page.ts";
import { buildWorker, readGzipBytes, toKib } from "./build-worker.ts";
import { checkBundle } from "./check-bundle.ts";
import { checkEnvironments } from "./check-environments.ts";
import { CommandError, runCommand } from "./command-error.ts";
import { printWarnings } from "./read-config-file.ts";
import { CONFIG_PATH, toPagePath, WORKER_PATH } from "./paths.ts";

/** What becomes of what was pushed at run time, as far as that can be known here. */
async function describeDeployOf(file: string): Promise<string> {
  const { HEADGATE_URL, HEADGATE_TOKEN } = process.env;
  if (!HEADGATE_URL || !HEADGATE_TOKEN)
    return `A configuration that was pushed at run time ends with this deploy if ${file} has changed since, and else stays active. With HEADGATE_URL and HEADGATE_TOKEN set, this says which.`;
  return (await describeDeploy(process.env, file)) ?? `Nothing was pushed at run time: ${file} is active.`;
}

await runCommand(async () => {
  const { config, warnings } = await checkEnvironments(CONFIG_PATH);
  printWarnings(warnings);
  // wrangler says for which of its commands it builds.
  if (config.origin === DEMO_ORIGIN_URL && process.env["WRANGLER_COMMAND"] === "deploy")
    throw new CommandError(
      `Cannot deploy: ${config.origin} is the demo origin of npm start, which nobody else reaches. Set \`origin\` in ${CONFIG_PATH}, or ORIGIN_URL in wrangler.toml.`,
    );
  if (process.env["WRANGLER_COMMAND"] === "deploy") console.log(await describeDeployOf(CONFIG_PATH));
  await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  const pagePath = toPagePath(WORKER_PATH);
  const { bytes: pageBytes } = await buildPage(pagePath);
  console.log(`Built ${WORKER_PATH} from ${CONFIG_PATH}: ${toKib(await readGzipBytes(WORKER_PATH))} gzipped`);
  console.log(`Built ${pagePath}, the dashboard: ${toKib(pageBytes)}`);
  // `wrangler types` builds to see what the Worker exports: nothing is deployed.
  if (process.env["WRANGLER_COMMAND"] !== "types") console.log(await checkBundle());
});

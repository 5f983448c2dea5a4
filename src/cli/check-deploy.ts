// What a deploy must not be, and what it does to a configuration that was pushed at run time.

import { DEMO_ORIGIN_URL } from "../core/config/demo-origin.ts";
import { describeDeploy } from "./active-config.ts";
import { checkEnvironments } from "./check-environments.ts";
import { CommandError } from "./command-error.ts";
import { findVainCache } from "./find-vain-cache.ts";
import { printWarnings } from "./read-config-file.ts";

/** A variable of the environment: the deploy was checked before wrangler began to build. */
export const CHECKED = "HEADGATE_DEPLOY_CHECKED";

/** Throws a CommandError where it is refused. `env` is the environment of wrangler.toml that is deployed. */
export async function checkDeploy(file: string, env?: string): Promise<void> {
  const { config, warnings } = await checkEnvironments(file);
  printWarnings(warnings);
  if (config.origin === DEMO_ORIGIN_URL)
    throw new CommandError(
      `Cannot deploy: ${config.origin} is the demo origin of npm start, which nobody else reaches. Set \`origin\` in ${file}, or ORIGIN_URL in wrangler.toml.`,
    );
  const vain = findVainCache(config, env);
  if (vain !== undefined) console.error(`Warning: ${vain}`);
  console.log(await describeDeployOf(file));
}

/** As far as that can be known here. */
async function describeDeployOf(file: string): Promise<string> {
  const { HEADGATE_URL, HEADGATE_TOKEN } = process.env;
  if (!HEADGATE_URL || !HEADGATE_TOKEN)
    return `A configuration that was pushed at run time ends with this deploy if ${file} has changed since, and else stays active. With HEADGATE_URL and HEADGATE_TOKEN set, this says which.`;
  return (await describeDeploy(process.env, file)) ?? `Nothing was pushed at run time: ${file} is active.`;
}

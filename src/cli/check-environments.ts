// Checks a configuration file with the variables of every environment of wrangler.toml, as deployments will see it.

import { unstable_readConfig } from "wrangler";
import { readConfigFile } from "./build-worker.ts";
import type { Config } from "../core/config/config.ts";

const WRANGLER_CONFIG = "wrangler.toml";

/** What the top level makes of it. Throws a CommandError that lists every problem. */
export async function checkEnvironments(configPath: string): Promise<Config> {
  const top = unstable_readConfig({ config: WRANGLER_CONFIG }, { hideWarnings: true });
  const label = "the top level of wrangler.toml";
  const config = await readConfigFile(configPath, { vars: top.vars, label });
  for (const env of top.definedEnvironments ?? []) {
    const { vars } = unstable_readConfig({ config: WRANGLER_CONFIG, env }, { hideWarnings: true });
    await readConfigFile(configPath, { vars, label: env });
  }
  return config;
}

// Checks a configuration file with the variables of every environment of wrangler.toml, as deployments will see it.

import { existsSync } from "node:fs";
import { unstable_readConfig } from "wrangler";
import type { Problem } from "../core/result.ts";
import { findUnboundQueues, type QueueBindings } from "../core/webhooks/listeners.ts";
import { findUnboundMembers } from "../core/origins/member-binding.ts";
import { isBound } from "./find-missing-bindings.ts";
import type { WrangledQueues } from "./find-missing-queues.ts";
import { findMissingSecrets } from "./find-missing-secrets.ts";
import { readWrangler } from "./read-wrangler.ts";
import { type ReadConfig, readConfigFile } from "./read-config-file.ts";

const WRANGLER_CONFIG = "wrangler.toml";

/** What the top level makes of it, with the warnings of all, each once. Throws a CommandError that lists every problem. */
export async function checkEnvironments(configPath: string): Promise<ReadConfig> {
  const top = readWrangler(() => unstable_readConfig({ config: WRANGLER_CONFIG }, { hideWarnings: true }));
  const label = "the top level of wrangler.toml";
  const { config, warnings } = await readConfigFile(configPath, {
    vars: top.vars,
    mailers: toMailers(top),
    label,
  });
  const all = new Map<string, Problem>();
  const add = (found: readonly Problem[]): void => {
    for (const warning of found) all.set(JSON.stringify(warning), warning);
  };
  add([
    ...warnings,
    ...findUnboundQueues(config.routes, toQueues(top)),
    ...findUnboundMembers(config.pools, { isBound: (binding) => isBound(binding, top) }),
  ]);
  for (const env of top.definedEnvironments ?? []) {
    const deployment = unstable_readConfig({ config: WRANGLER_CONFIG, env }, { hideWarnings: true });
    const { vars } = deployment;
    const own = await readConfigFile(configPath, { vars, mailers: toMailers(deployment), label: env });
    const prefix = `env.${env}.`;
    add([
      ...own.warnings,
      ...findUnboundQueues(own.config.routes, toQueues(deployment, prefix)),
      ...findUnboundMembers(own.config.pools, {
        isBound: (binding) => isBound(binding, deployment),
        prefix,
      }),
    ]);
  }
  return { config, warnings: [...all.values(), ...findMissingSecrets(config)] };
}

/** Of a file away from a project, whose deployment is not known. */
export async function checkAlone(configPath: string): Promise<ReadConfig & { readonly note: string }> {
  const note = `there is no ${WRANGLER_CONFIG} here: what a deployment has is not looked at (variables, environments, bindings, secrets)`;
  return { ...(await readConfigFile(configPath)), note };
}

/** Whether this is the folder of a project. */
export function isProject(): boolean {
  return existsSync(WRANGLER_CONFIG);
}

interface Wrangled extends WrangledQueues {
  readonly send_email: readonly { readonly name: string }[];
}

const toQueues = ({ queues: { producers = [] } }: WrangledQueues, prefix = ""): QueueBindings => ({
  isBound: (name) => producers.some(({ binding }) => binding === name),
  table: `${prefix}queues.producers`,
});

const toMailers = ({ send_email: bindings }: Wrangled): readonly string[] => bindings.map(({ name }) => name);

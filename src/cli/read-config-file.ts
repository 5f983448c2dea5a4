// Reads and checks a configuration file as a deployment sees it: with its variables, and with what is said in vain.

import { findUnbound } from "../core/alerts/find-unbound.ts";
import { checkConfig } from "../core/config/check-config.ts";
import type { Config } from "../core/config/config.ts";
import { type ConfigVars, parseConfig } from "../core/config/parse-config.ts";
import { findMasks } from "../core/control/redact-config.ts";
import type { Problem } from "../core/result.ts";
import { CommandError } from "./command-error.ts";
import { toSectionLink } from "./config-sections.ts";
import { loadConfig } from "./load-config.ts";

export interface Deployment {
  /** The variables that it sets over the configuration file. */
  readonly vars: ConfigVars;
  /** Names of its bindings that send e-mail; undefined: not known here. */
  readonly mailers?: readonly string[];
  /** What messages call it. */
  readonly label: string;
}

export interface ReadConfig {
  readonly config: Config;
  /** What may be meant, and has no effect. */
  readonly warnings: readonly Problem[];
}

/** Throws a CommandError that lists every problem. */
export async function readConfigFile(configPath: string, deployment?: Deployment): Promise<ReadConfig> {
  const config = await parseConfigFile(configPath, deployment);
  const checked = checkConfig(config);
  const { warnings } = checked;
  const mailers = deployment?.mailers;
  const unbound = mailers === undefined ? [] : findUnbound(config.alerts, (name) => mailers.includes(name));
  const problems = [...checked.problems, ...unbound];
  if (problems.length > 0) throw toRefusal(problems, configPath, deployment);
  return { config, warnings };
}

/** The same without a look at what has no effect. */
export async function parseConfigFile(configPath: string, deployment?: Deployment): Promise<Config> {
  const exported = await loadConfig(configPath);
  const masks = findMasks(exported);
  if (masks.length > 0) throw toRefusal(masks, configPath, deployment);
  const parsed = parseConfig(exported, deployment?.vars);
  if (parsed.ok) return parsed.value;
  throw toRefusal(parsed.error, configPath, deployment);
}

/** A line for each, on the error output: standard output may be a document. */
export function printWarnings(warnings: readonly Problem[]): void {
  for (const line of toLines(warnings)) console.error(`Warning: ${line}`);
}

function toRefusal(problems: readonly Problem[], configPath: string, deployment?: Deployment): CommandError {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const where = deployment === undefined ? configPath : `${configPath}, ${deployment.label}`;
  const lines = toLines(problems).map((line) => `  ${line}`);
  return new CommandError(`Cannot use ${where}: ${count}\n${lines.join("\n")}`, problems);
}

function toLines(problems: readonly Problem[]): readonly string[] {
  return problems.map(
    ({ path, message, code }) =>
      `${path || "(the whole file)"}: ${message} [${code}] (${toSectionLink(path)})`,
  );
}

// What comes before serving: the variables that hold, a checked configuration, and a built Worker.

import { unstable_readConfig } from "wrangler";
import { buildPage } from "./build-page.ts";
import { buildWorker, readGzipBytes } from "./build-worker.ts";
import { printWarnings, readConfigFile } from "./read-config-file.ts";
import { toPagePath, toServedFolder } from "./paths.ts";
import { readWrangler } from "./read-wrangler.ts";
import type { StartOptions } from "./start-options.ts";

export interface Prepared {
  /** Where the gateway forwards to: a URL, "zone" or a pool's name. */
  readonly origin: string;
  readonly scriptPath: string;
  /** Whatever the Worker was built of: a change of it makes another one. */
  readonly files: readonly string[];
  readonly gzipBytes: number;
  /** Where the admin API lives. */
  readonly adminPrefix: string;
  /** Put over the vars of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
}

const VAR_NAMES = ["ORIGIN_URL", "LIMIT_FACTOR"] as const;

/** Throws a CommandError that lists every problem of the configuration. `processId` is of the process that serves. */
export async function prepareGateway(
  { configPath, origin, inspectorPort }: StartOptions,
  processId: number,
): Promise<Prepared> {
  const vars = readVars(origin);
  const deployment = { vars, label: "with the active variables" };
  const { config, warnings } = await readConfigFile(configPath, deployment);
  printWarnings(warnings);
  // A build that cannot be served must not replace the one that is.
  const scriptPath = `${toServedFolder(processId)}/${process.pid}/worker.js`;
  const isForDebugger = inspectorPort !== undefined;
  const workerFiles = await buildWorker({ configPath, outFile: scriptPath, isForDebugger });
  const { files: pageFiles } = await buildPage(toPagePath(scriptPath));
  const files = [...workerFiles, ...pageFiles];
  const gzipBytes = await readGzipBytes(scriptPath);
  return { origin: config.origin, scriptPath, files, gzipBytes, adminPrefix: config.admin.prefix, vars };
}

/** The option's or the environment's before those of wrangler.toml. */
function readVars(origin: string | undefined): Readonly<Record<string, string>> {
  const { vars } = readWrangler(() =>
    unstable_readConfig({ config: "wrangler.toml" }, { hideWarnings: true }),
  );
  const given: Readonly<Record<string, string | undefined>> = {
    ...process.env,
    ...(origin === undefined ? {} : { ORIGIN_URL: origin }),
  };
  const read: Record<string, string> = {};
  for (const name of VAR_NAMES) {
    const value: unknown = given[name] ?? vars[name];
    if (typeof value === "string" || typeof value === "number") read[name] = String(value);
  }
  return read;
}

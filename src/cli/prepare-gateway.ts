// What comes before serving: a checked configuration and a built Worker. It loads wrangler, which takes as long as all the
// rest, only where the configuration asks for something of it: `npm run dev` does this anew after each save.

import { buildWorker, readGzipBytes } from "./build-worker.ts";
import { findMissingBindings } from "./find-missing-bindings.ts";
import { findMissingQueues } from "./find-missing-queues.ts";
import { findMissingSecrets } from "./find-missing-secrets.ts";
import { findVainCache } from "./find-vain-cache.ts";
import { printWarnings, readConfigFile } from "./read-config-file.ts";
import { buildPage } from "./own-parts.ts";
import { toPagePath, toServedFolder } from "./paths.ts";
import type { StartOptions } from "./start-options.ts";

export interface Prepared {
  /** Where the gateway forwards to: a URL, "zone" or a pool's name. */
  readonly origin: string;
  readonly scriptPath: string;
  /** Whatever the Worker was built of: a change of it makes another one. */
  readonly files: readonly string[];
  readonly gzipBytes: number;
  /** Of the routes that are cached, what a deploy would do in vain. */
  readonly vainCache: string | undefined;
  /** Where the admin API lives. */
  readonly adminPrefix: string;
  /** Put over the vars of wrangler.toml. */
  readonly vars: Readonly<Record<string, string>>;
}

export interface PrepareOptions extends Pick<StartOptions, "configPath" | "inspectorPort"> {
  readonly vars: Prepared["vars"];
  /** Of the process that serves. */
  readonly processId: number;
}

/** Throws a CommandError that lists every problem of the configuration. */
export async function prepareGateway({
  configPath,
  inspectorPort,
  vars,
  processId,
}: PrepareOptions): Promise<Prepared> {
  const deployment = { vars, label: "with the active variables" };
  const { config, warnings } = await readConfigFile(configPath, deployment);
  printWarnings([
    ...warnings,
    ...findMissingSecrets(config),
    ...findMissingQueues(config),
    ...findMissingBindings(config),
  ]);
  // A build that cannot be served must not replace the one that is.
  const scriptPath = `${toServedFolder(processId)}/${process.pid}/worker.js`;
  const isForDebugger = inspectorPort !== undefined;
  const workerFiles = await buildWorker({ configPath, outFile: scriptPath, isForDebugger });
  const { files: pageFiles } = await buildPage(toPagePath(scriptPath));
  const files = [...workerFiles, ...pageFiles];
  const gzipBytes = await readGzipBytes(scriptPath);
  const { origin, admin } = config;
  const vainCache = findVainCache(config);
  return { origin, scriptPath, files, gzipBytes, vainCache, adminPrefix: admin.prefix, vars };
}

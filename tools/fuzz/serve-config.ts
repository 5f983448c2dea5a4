// A gateway of a configuration that is at hand as an object, on workerd.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { buildWorker } from "../../src/cli/build-worker.ts";
import { type ServedWorker, serveWorker } from "../../src/cli/serve-worker.ts";

export interface ServedConfig {
  /** Inside the checkout, so that the configuration's import resolves. */
  readonly folder: string;
  readonly name: string;
  readonly config: object;
  readonly vars: Readonly<Record<string, string>>;
  readonly onLog: (line: string) => void;
  /** A folder for what Durable Objects store; undefined: it is lost at the end. */
  readonly persistTo?: string;
}

export async function serveConfig({
  folder,
  name,
  config,
  vars,
  onLog,
  persistTo,
}: ServedConfig): Promise<ServedWorker> {
  const [configPath, scriptPath] = [join(folder, `${name}.json`), join(folder, `${name}.js`)];
  await writeFile(configPath, JSON.stringify(config));
  await buildWorker({ configPath, outFile: scriptPath });
  const stored = persistTo === undefined ? {} : { persistTo };
  return serveWorker({ scriptPath, port: 0, vars, onLog, ...stored });
}

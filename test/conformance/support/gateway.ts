// A running gateway: built from a configuration's source text and served by the real workerd, as a user would run it.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildPage } from "../../../src/cli/build-page.ts";
import { toPagePath } from "../../../src/cli/paths.ts";
import {
  type ServedAssets,
  type ServedQueue,
  serveWorker,
  type ServedWorker,
} from "../../../src/cli/serve-worker.ts";
import { findOwnWorkerd } from "../../../tools/processes/find-own-workerd.ts";
import { buildBesideShared } from "./shared-worker.ts";

// Inside the checkout, so that the configuration's imports resolve.
const FOLDER = resolve(import.meta.dirname, "../../../dist/conformance");

export interface GatewayOptions {
  /** The source of a headgate.config.ts. */
  readonly config: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** Where counters are kept on disk; without it they end with the gateway. */
  readonly persistTo?: string;
  /** Names of bindings that send e-mail. */
  readonly mailers?: readonly string[];
  /** A queue that it may send to. */
  readonly queue?: ServedQueue;
  /** Whether the Cache API keeps what is written. Default: it does. */
  readonly keepsCache?: boolean;
  /** Scripts of Workers that it may call, by their bindings. */
  readonly services?: Readonly<Record<string, string>>;
  /** Static assets beside it. */
  readonly assets?: ServedAssets;
  /** Whether it has the dashboard. Default: it has none, which most tests do not look at. */
  readonly hasPage?: boolean;
  /** Whether its processes are told apart from those of other gateways. Default: not, as that reads all of /proc. */
  readonly isMeasured?: boolean;
}

export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** What it wrote so far, a line each. */
  readonly logs: () => string[];
  /** The workerd processes that serve it. Empty where it is not measured, or there is no /proc. */
  readonly processIds: readonly number[];
  /** Its Durable Objects, as its Worker reaches them. */
  readonly getObjects: ServedWorker["getObjects"];
  readonly close: () => Promise<void>;
}

/** Rejects when the configuration is wrong, with what the start says of it. */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const folder = await newFolder();
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    return await startIn(folder, options, remove);
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startIn(
  folder: string,
  {
    config,
    vars = {},
    persistTo,
    mailers,
    queue,
    services,
    assets,
    keepsCache,
    hasPage = false,
    isMeasured = false,
  }: GatewayOptions,
  remove: () => Promise<void>,
): Promise<Gateway> {
  const configPath = join(folder, "headgate.config.ts");
  const scriptPath = join(folder, "worker.js");
  await writeFile(configPath, config);
  await buildBesideShared({ configPath, outFile: scriptPath });
  if (hasPage) await buildPage(toPagePath(scriptPath));
  const lines: string[] = [];
  const onLog = (line: string): void => {
    lines.push(line);
  };
  const findProcesses = async (): Promise<readonly number[]> => (isMeasured ? findOwnWorkerd() : []);
  const before = new Set(await findProcesses());
  const kept = persistTo === undefined ? {} : { persistTo };
  const { url, getObjects, close } = await serveWorker({
    scriptPath,
    port: 0,
    vars: { ...vars },
    onLog,
    ...kept,
    mailers,
    queue,
    services,
    assets,
    keepsCache,
    hasPage,
  });
  return {
    url: `http://127.0.0.1:${url.port}`,
    port: Number(url.port),
    getObjects,
    logs: () => [...lines],
    processIds: (await findProcesses()).filter((id) => !before.has(id)),
    close: async () => {
      await close();
      await remove();
    },
  };
}

/** The source of a configuration file. What a wrong one does is the start's to say. */
export function toConfigSource(config: Readonly<Record<string, unknown>>): string {
  const value = JSON.stringify(config, undefined, 2);
  return `import { defineConfig } from "headgate";\n\nexport default defineConfig(${value});\n`;
}

/** An empty folder inside the checkout's dist, for a configuration or for counters on disk. */
export async function newFolder(): Promise<string> {
  await mkdir(FOLDER, { recursive: true });
  return mkdtemp(join(FOLDER, "run-"));
}

// Builds the one file that is tested, measured and deployed: src/index.ts with the user's configuration inside. A wrong
// configuration or too large a bundle fails here, before anything starts.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { parseConfig } from "../core/config/parse-config.ts";
import type { Config } from "../core/config/config.ts";
import { CommandError } from "./command-error.ts";

const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** The largest bundle that may be deployed, gzipped. */
export const BUNDLE_GZIP_BYTES_MAX = 100 * 1024;

export interface BuildOptions {
  /** The configuration file, a module whose default export is what defineConfig returned. */
  readonly configPath: string;
  readonly outFile: string;
}

/** Reads and checks the configuration file. Throws a CommandError that lists every problem. */
export async function readConfigFile(configPath: string): Promise<Config> {
  const path = resolve(configPath);
  let exported: unknown;
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    exported = module.default;
  } catch (error) {
    throw new CommandError(
      `Cannot load ${configPath}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  const parsed = parseConfig(exported);
  if (parsed.ok) return parsed.value;
  const lines = parsed.error.map(
    (problem) => `  ${problem.path || "(the whole file)"}: ${problem.message} [${problem.code}]`,
  );
  const count = parsed.error.length === 1 ? "1 problem" : `${parsed.error.length} problems`;
  throw new CommandError(`Cannot use ${configPath}: ${count}\n${lines.join("\n")}`);
}

/** Checks the configuration, bundles, and measures. Throws a CommandError when the configuration or the size is wrong. */
export async function buildWorker({
  configPath,
  outFile,
}: BuildOptions): Promise<{ readonly gzipBytes: number }> {
  await readConfigFile(configPath);
  await build({
    entryPoints: [resolve(PROJECT_FOLDER, "src/index.ts")],
    outfile: outFile,
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    alias: { "#headgate-config": resolve(configPath) },
    // Names stay readable in stack traces; white space and syntax do not matter there.
    minifyWhitespace: true,
    minifySyntax: true,
    logLevel: "silent",
    legalComments: "none",
  });
  const gzipBytes = gzipSync(await readFile(outFile), { level: 9 }).length;
  if (gzipBytes > BUNDLE_GZIP_BYTES_MAX) {
    throw new CommandError(
      `Cannot build: the bundle must stay under ${toKib(BUNDLE_GZIP_BYTES_MAX)} gzipped, received ${toKib(gzipBytes)}`,
    );
  }
  return { gzipBytes };
}

export function toKib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

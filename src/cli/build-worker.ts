// Builds the one file that is tested, measured and deployed: src/index.ts with the user's configuration inside. A wrong
// configuration or too large a bundle fails here, before anything starts.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { minify } from "@swc/core";
import { build, type Plugin } from "rolldown";
import { type ConfigVars, parseConfig } from "../core/config/parse-config.ts";
import type { Config } from "../core/config/config.ts";
import { CommandError } from "./command-error.ts";
import { loadConfig } from "./load-config.ts";

const PROJECT_FOLDER = fileURLToPath(new URL("../..", import.meta.url));

/** The largest bundle that may be deployed, gzipped, beside a configuration that takes what it takes. */
export const BUNDLE_GZIP_BYTES_MAX = 100 * 1024;

export interface BuildOptions {
  /** The configuration file, a module whose default export is what defineConfig returned. */
  readonly configPath: string;
  readonly outFile: string;
}

export interface Deployment {
  /** The variables that it sets over the configuration file. */
  readonly vars: ConfigVars;
  /** What messages call it. */
  readonly label: string;
}

/** Reads and checks the configuration file, as a deployment sees it. Throws a CommandError that lists every problem. */
export async function readConfigFile(configPath: string, deployment?: Deployment): Promise<Config> {
  const parsed = parseConfig(await loadConfig(configPath), deployment?.vars);
  if (parsed.ok) return parsed.value;
  const lines = parsed.error.map(
    ({ path, message, code }) => `  ${path || "(the whole file)"}: ${message} [${code}]`,
  );
  const count = parsed.error.length === 1 ? "1 problem" : `${parsed.error.length} problems`;
  const where = deployment === undefined ? configPath : `${configPath}, ${deployment.label}`;
  throw new CommandError(`Cannot use ${where}: ${count}\n${lines.join("\n")}`, parsed.error);
}

/** Two minifiers find more than one: each takes a part of what the other leaves, 2 % in all. */
const simplify: Plugin = {
  name: "simplify",
  renderChunk: async (code) => {
    const { code: simplified, map } = await minify(code, {
      module: true,
      sourceMap: true,
      compress: {
        module: true,
        ecma: 2020,
        passes: 3,
        unsafe_arrows: true,
        pure_getters: true,
        keep_fargs: false,
      },
      mangle: { toplevel: true },
    });
    return map === undefined ? { code: simplified } : { code: simplified, map };
  },
};

/** Checks the configuration, bundles, and measures. Throws a CommandError when the configuration or the size is wrong. */
export async function buildWorker({
  configPath,
  outFile,
}: BuildOptions): Promise<{ readonly gzipBytes: number }> {
  await readConfigFile(configPath);
  await build({
    input: resolve(PROJECT_FOLDER, "src/index.ts"),
    cwd: PROJECT_FOLDER,
    platform: "neutral",
    external: /^(cloudflare|node):/,
    resolve: {
      alias: { "#headgate-config": resolve(configPath) },
      conditionNames: ["workerd", "worker", "browser"],
      mainFields: ["module", "main"],
    },
    logLevel: "silent",
    plugins: [simplify],
    output: {
      file: outFile,
      format: "esm",
      codeSplitting: false,
      minify: true,
      comments: false,
      // Names in stack traces are read with it: wrangler uploads it beside the Worker.
      sourcemap: true,
      sourcemapExcludeSources: true,
    },
  });
  const gzipBytes = gzipSync(await readFile(outFile), { level: 9 }).length;
  const configBytes = gzipSync(await readFile(configPath), { level: 9 }).length;
  if (gzipBytes - configBytes > BUNDLE_GZIP_BYTES_MAX) {
    throw new CommandError(
      `Cannot build: the bundle without its configuration must stay under ${toKib(BUNDLE_GZIP_BYTES_MAX)} gzipped, received ${toKib(gzipBytes - configBytes)}`,
    );
  }
  return { gzipBytes };
}

export function toKib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

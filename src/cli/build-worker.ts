// Builds the one file that is tested, measured and deployed: src/index.ts with the user's configuration inside. A wrong
// configuration fails here, before anything starts.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "rolldown";
import { collectFiles } from "./collect-files.ts";
import { WORKER_ENTRY } from "./own-files.ts";
import { parseConfigFile } from "./read-config-file.ts";

/** What the platform has, and the dashboard, which stands beside the Worker (build-page.ts). */
export const EXTERNAL = /^(?:cloudflare|node):|^\.\/dashboard\.bin$/;

export interface BuildOptions {
  /** The configuration file, a module whose default export is what defineConfig returned. */
  readonly configPath: string;
  readonly outFile: string;
  /** The form of its imports and exports, "esm" unless said. */
  readonly format?: "esm" | "cjs";
  /** Names and statements stay as they are written, and the sources are inside the file. Default: false. */
  readonly isForDebugger?: boolean;
}

/**
 * Checks the configuration and bundles. Returns the files that it was made of, without those of packages. Throws a
 * CommandError when the configuration is wrong.
 */
export async function buildWorker(options: BuildOptions): Promise<readonly string[]> {
  await parseConfigFile(options.configPath);
  return await bundleWorker(options);
}

/** The same with a configuration that has been checked, or that is found only where the Worker runs. */
export async function bundleWorker({
  configPath,
  outFile,
  format = "esm",
  isForDebugger = false,
}: BuildOptions): Promise<readonly string[]> {
  const files: string[] = [];
  await build({
    input: WORKER_ENTRY,
    platform: "neutral",
    external: EXTERNAL,
    makeAbsoluteExternalsRelative: false,
    resolve: {
      alias: { "#headgate-config": resolve(configPath) },
      conditionNames: ["workerd", "worker", "browser"],
      mainFields: ["module", "main"],
    },
    logLevel: "silent",
    plugins: [collectFiles(files)],
    // It also folds statements together: a breakpoint at one of them would not be met.
    treeshake: !isForDebugger,
    output: {
      file: outFile,
      format,
      codeSplitting: false,
      minify: !isForDebugger,
      comments: false,
      // Names in stack traces are read with it: wrangler uploads it beside the Worker.
      sourcemap: isForDebugger ? "inline" : true,
      sourcemapExcludeSources: !isForDebugger,
    },
  });
  return files;
}

export async function readGzipBytes(path: string): Promise<number> {
  return gzipSync(await readFile(path), { level: 9 }).length;
}

export function toKib(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`;
}

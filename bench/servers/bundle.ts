// Bundles a Worker of the bench's own into one module.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export async function bundle(source: URL, outFile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(source)],
    outfile: outFile,
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*"],
    logLevel: "silent",
  });
}

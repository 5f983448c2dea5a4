// Bundles a Worker of the bench's own into one module.

import { fileURLToPath } from "node:url";
import { build } from "rolldown";

export async function bundle(source: URL, outFile: string): Promise<void> {
  await build({
    input: fileURLToPath(source),
    platform: "neutral",
    external: /^(cloudflare|node):/,
    // What a package's own build for Workers is found by.
    resolve: { conditionNames: ["workerd", "worker", "browser", "import"], mainFields: ["module", "main"] },
    logLevel: "silent",
    output: { file: outFile, format: "esm", codeSplitting: false },
  });
}

// `npm run build`, and wrangler's build step before every deploy: checks the configuration and every origin named in
// wrangler.toml, bundles to dist/worker.js and says the size.

import { unstable_readConfig } from "wrangler";
import { parseOrigin } from "../core/config/parse-origin.ts";
import { buildWorker, BUNDLE_GZIP_BYTES_MAX, toKib } from "./build-worker.ts";
import { CommandError, runCommand } from "./command-error.ts";
import { CONFIG_PATH, WORKER_PATH } from "./paths.ts";

/** Environments of wrangler.toml; undefined is the top level, production. */
const ENVIRONMENTS = [undefined, "sandbox"] as const;

function checkOriginVars(): void {
  for (const env of ENVIRONMENTS) {
    const { vars } = unstable_readConfig(
      { config: "wrangler.toml", ...(env === undefined ? {} : { env }) },
      { hideWarnings: true },
    );
    const origin = (vars as Record<string, unknown>)["ORIGIN_URL"];
    if (origin === undefined) continue;
    const parsed = parseOrigin(origin);
    if (parsed.ok) continue;
    throw new CommandError(
      `Cannot use ORIGIN_URL of wrangler.toml (${env ?? "production"}): ${parsed.error[0]?.message}`,
    );
  }
}

await runCommand(async () => {
  checkOriginVars();
  const { gzipBytes } = await buildWorker({ configPath: CONFIG_PATH, outFile: WORKER_PATH });
  console.log(
    `Built ${WORKER_PATH} from ${CONFIG_PATH}: ${toKib(gzipBytes)} gzipped (at most ${toKib(BUNDLE_GZIP_BYTES_MAX)})`,
  );
});

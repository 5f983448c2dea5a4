// `headgate deploy`, `npm run deploy`: refuses what cannot be right and says what becomes of a pushed configuration, before wrangler builds and
// deploys. wrangler's own words for a build that failed are pages long.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CHECKED, checkDeploy } from "./check-deploy.ts";
import { CONFIG_PATH } from "./paths.ts";

export async function deploy(argv: readonly string[]): Promise<void> {
  if (!argv.includes("--help")) await checkDeploy(CONFIG_PATH);
  const wrangler = dirname(createRequire(import.meta.url).resolve("wrangler/package.json"));
  const child = spawn(
    process.execPath,
    [join(wrangler, "bin/wrangler.js"), "deploy", ...withEnvironment(argv)],
    {
      stdio: "inherit",
      env: { ...process.env, [CHECKED]: "yes" },
    },
  );
  const [code] = (await once(child, "exit")) as [number | null];
  process.exitCode = code ?? 1;
}

/** The top level of wrangler.toml is production, which wrangler warns of unless it is named. */
function withEnvironment(argv: readonly string[]): readonly string[] {
  const isNamed =
    argv.some((argument) => /^(?:-e|--env)(?:=|$)/.test(argument)) || process.env["CLOUDFLARE_ENV"];
  return isNamed ? argv : [...argv, "--env="];
}

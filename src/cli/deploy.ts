// `headgate deploy`, `npm run deploy`: refuses what cannot be right and says what becomes of a pushed configuration, before wrangler builds and
// deploys. wrangler's own words for a build that failed are pages long.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CHECKED, checkDeploy } from "./check-deploy.ts";
import { CONFIG_PATH } from "./paths.ts";

export async function deploy(argv: readonly string[]): Promise<void> {
  if (!argv.includes("--help")) await checkDeploy(CONFIG_PATH, readEnvironment(argv, process.env));
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
  return readEnvironment(argv, process.env) === undefined ? [...argv, "--env="] : argv;
}

const NAMED = /^(?:-e|--env)(?:=(.*))?$/;

/** The environment that wrangler's own options, or its variable, name. */
export function readEnvironment(
  argv: readonly string[],
  { CLOUDFLARE_ENV }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const at = argv.findIndex((argument) => NAMED.test(argument));
  if (at === -1) return CLOUDFLARE_ENV || undefined;
  const [, value] = NAMED.exec(argv[at] ?? "") ?? [];
  return value ?? argv[at + 1] ?? "";
}

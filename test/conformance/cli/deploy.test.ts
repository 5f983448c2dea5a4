// `npm run deploy` and the build of `npx wrangler dev`, as far as they go without an account: what is refused or noted is said
// in lines. And commands on a Node that is too old.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { copyCheckout } from "../support/command.ts";

const checkout = await copyCheckout();
afterAll(checkout.remove);

interface Ended {
  readonly code: number;
  readonly output: string;
}

async function run(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = {},
  program = process.execPath,
): Promise<Ended> {
  const options = { cwd: checkout.folder, env: { ...process.env, ...env } };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, [...argv], options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: stdout + stderr };
  }
}

it("a deploy of the demo origin is refused in one line", async () => {
  const { code, output } = await run(["src/cli/headgate-bin.js", "deploy", "--dry-run"]);
  expect([code, output.trim().split("\n")]).toEqual([
    1,
    [expect.stringMatching(/^Cannot deploy: http:\/\/127\.0\.0\.1:8790 is the demo origin/)],
  ]);
});

it("a build for wrangler dev says that there will be no demo origin", async () => {
  const { output } = await run(["src/cli/headgate-bin.js", "build"], { WRANGLER_COMMAND: "dev" });
  expect(output.split("\n")[0]).toBe(
    "wrangler dev brings up no demo origin: use npm run dev, or name your origin in ORIGIN_URL.",
  );
}, 120_000);

it("commands say in one line which Node they need", async () => {
  // As the machine's own Node would be, for which nothing was installed.
  const old = join(checkout.folder, "old.mjs");
  await writeFile(
    old,
    'Object.defineProperty(process.versions, "node", { value: "20.1.0" });\nawait import("./src/cli/headgate-bin.js");\n',
  );
  const { code, output } = await run([old, "keys", "list"]);
  expect([code, output]).toEqual([
    1,
    "Headgate needs Node 22.18 or newer and found 20.1.0. Run `npm ci` without --ignore-scripts: it brings Node 24 for this project alone.\n",
  ]);
});

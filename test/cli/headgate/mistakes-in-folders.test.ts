// Mistakes with commands that read the project in the working folder: what is wrong and what to do is said in one line without
// a stack, the exit code says whose mistake it is, and nothing is written.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { CommandError, MisusedError } from "../../../src/cli/command-error.ts";
import { checkAlone } from "../../../src/cli/check-environments.ts";
import { findAlone } from "../../../src/cli/headgate/find-alone.ts";
import { loadConfig } from "../../../src/cli/load-config.ts";

const PROGRAM = resolve("src/cli/headgate-bin.js");
const folder = await mkdtemp(join(tmpdir(), "mistakes-"));
const at = (name: string): string => join(folder, name);
await mkdir(at("folder"));
await writeFile(at("needs.mjs"), 'import "a-package-that-nobody-installed";\nexport default {};\n');
await writeFile(at("right.json"), '{"origin":"https://a.example","policies":{},"routes":[{"path":"/a"}]}');
await writeFile(at("wrong.json"), '{"origin":"https://a.example","routes":[{"path":"/a","polices":[]}]}');
const before = await readdir(folder);
afterAll(() => rm(folder, { recursive: true }));

test.each([
  [["build", "folder"], /^headgate build takes no arguments and no options, received "folder"/],
  [["build", "--env", "sandbox"], /received "--env" "sandbox": headgate build --help says more$/],
])("%j is refused: nothing of it is taken in silence", async (argv, said) => {
  const ended = findAlone(argv)?.();
  await expect(ended).rejects.toThrow(MisusedError);
  await expect(ended).rejects.toThrow(said);
});

test.each([
  ["none.ts", /^Cannot load .*none\.ts: there is no such file in /],
  ["none.json", /^Cannot load .*none\.json: there is no such file in /],
  ["folder", /^Cannot load .*folder: it is a folder; name the file in it$/],
  ["needs.mjs", /a-package-that-nobody-installed.* was npm install run\?$/],
])("loadConfig() says what to do about %s", async (name, said) => {
  const loaded = loadConfig(at(name));
  await expect(loaded).rejects.toThrow(CommandError);
  await expect(loaded).rejects.toThrow(said);
});

test.each([
  [["init", "--force"], 2, /^headgate init takes no arguments and no options, received "--force"/],
  [["build"], 1, /^There is no wrangler\.toml in .*mistakes-.*: run this in the folder of the project.*\n$/],
])("a process of %j ends with %i", async (argv, wanted, said) => {
  const options = { cwd: folder, env: { PATH: process.env["PATH"] } };
  const ended = promisify(execFile)(process.execPath, [PROGRAM, ...argv], options);
  const { code, stdout, stderr } = await ended.then(
    (done) => ({ code: 0, ...done }),
    (error: unknown) => error as { code: number; stdout: string; stderr: string },
  );
  expect([code, stdout]).toEqual([wanted, ""]);
  expect(stderr).toMatch(said);
  expect(stderr).not.toMatch(/^ +at /m);
  expect(await readdir(folder)).toEqual(before);
});

test("check takes a file that lies in no project, and says what it could not look at", async () => {
  expect(await checkAlone(at("right.json"))).toMatchObject({
    warnings: [],
    note: expect.stringMatching(/^there is no wrangler\.toml here/) as unknown,
  });
  await expect(checkAlone(at("wrong.json"))).rejects.toThrow(/unknown key "polices"/);
  const options = { cwd: folder, env: { PATH: process.env["PATH"] } };
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, "check", "right.json"], options);
  expect(stdout).toMatch(/^Note: there is no wrangler\.toml here: .*\nright\.json is right\n$/);
});

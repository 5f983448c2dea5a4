// The guide "Choose a limit": its commands say what it shows, over the log that comes with the project.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";
import { run } from "../../../src/cli/headgate/run.ts";
import { writeSampleLog } from "../../../demo/access-log.ts";
import { readCodeBlocks, readText } from "../../project/markdown.ts";

const PROJECT = resolve(import.meta.dirname, "../../..");
const guide = readCodeBlocks(readText("docs/guides/choose-a-limit.md"));
// Inside the checkout, so that the configuration's import resolves.
await mkdir(join(PROJECT, "dist"), { recursive: true });
const folder = await mkdtemp(join(PROJECT, "dist/guide-"));
afterAll(() => rm(folder, { recursive: true }));

const LOG = "dist/sample/access.log";
const log = join(folder, "access.log");
await writeFile(log, writeSampleLog());
const config = guide.find(({ language }) => language === "ts")?.text ?? "";
await writeFile(join(folder, "new.config.ts"), config);

const FILES: Readonly<Record<string, string>> = {
  [LOG]: log,
  "new.config.ts": join(folder, "new.config.ts"),
  "headgate.config.ts": join(PROJECT, "headgate.config.ts"),
};

const shown = guide.flatMap(({ language, text }) => {
  const [, command, output] = /^\$ npx headgate (.*)\n([^]*)$/.exec(text) ?? [];
  return language === "console" && command !== undefined ? [[command, output ?? ""] as const] : [];
});

test("shows three commands with what they say", () => {
  expect(shown.map(([command]) => command.split(" ")[0])).toEqual(["simulate", "suggest", "simulate"]);
});

test.each(shown)("says what is shown: headgate %s", async (command, output) => {
  let said = "";
  await run(
    command.split(" ").map((word) => FILES[word] ?? word),
    { variables: {}, print: (text) => (said += `${text}\n`), complain: (text) => (said += text) },
  );
  const toPlain = (text: string): string => text.replaceAll(log, LOG).replace(/ +$/gm, "").trimEnd();
  expect(toPlain(said)).toBe(toPlain(output));
});

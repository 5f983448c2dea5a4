// What shells complete, by real bash: every command and every option of the one list.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { commonOptions } from "../../../../src/cli/headgate/command.ts";
import { commands } from "../../../../src/cli/headgate/commands.ts";
import { run } from "../../../../src/cli/headgate/run.ts";

async function print(shell: string): Promise<string> {
  let out = "";
  const code = await run(["completion", shell], {
    variables: {},
    print: (text) => (out += text),
    complain: (text) => (out += text),
  });
  return `${code}\n${out}`;
}

/** What bash offers after these words, of which the last is unfinished. */
async function complete(...words: readonly string[]): Promise<readonly string[]> {
  const script = (await print("bash")).replace(/^0\n/, "");
  const typed = ["headgate", ...words].map((word) => `'${word}'`).join(" ");
  const call = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _headgate; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await promisify(execFile)("bash", ["--norc", "-c", call]);
  return stdout.split("\n").filter((line) => line !== "");
}

describe("completion in bash", () => {
  test("offers every first word, and those that begin so", async () => {
    const first = [...new Set(commands.map(({ name }) => name.split(" ")[0]))];
    expect([...(await complete(""))].toSorted()).toEqual(first.toSorted());
    expect(await complete("co")).toEqual(["consumer", "counters", "config", "completion"]);
  });

  test("offers the commands of a group, and a command's options after its arguments too", async () => {
    expect(await complete("counters", "")).toEqual(["show", "reset", "refund"]);
    const { options = {} } = commands.find(({ name }) => name === "keys create") ?? {};
    const wanted = Object.keys({ ...options, ...commonOptions }).map((name) => `--${name}`);
    expect(await complete("keys", "create", "acme", "--")).toEqual(wanted);
    expect(await complete("top", "plan", "--l")).toEqual(["--limit"]);
  });
});

test.each(["bash", "zsh", "fish"])("completion in %s names every command and option", async (shell) => {
  const script = await print(shell);
  expect(script.startsWith("0\n")).toBe(true);
  for (const { name, options = {} } of commands) {
    for (const word of name.split(" ")) expect(script).toContain(word);
    for (const option of Object.keys({ ...options, ...commonOptions }))
      expect(script).toContain(shell === "fish" ? `-l ${option}` : `--${option}`);
  }
});

test("a shell that there is not is refused with the nearest", async () => {
  expect(await print("fihs")).toBe(
    '2\nNo completion for the shell "fihs": there are bash, zsh, fish; did you mean fish?',
  );
});

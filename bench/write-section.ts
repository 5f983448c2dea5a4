// Writes what another program printed into a section of a document, with its command, the machine and the date:
// `npm run <script> | npx node bench/write-section.ts <document> <section> "npm run <script>"`.

import { readFile, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { describeMachine } from "./machine/describe-machine.ts";
import { replaceSection } from "./report/replace-section.ts";

await runCommand(async () => {
  const [path, name, command] = process.argv.slice(2);
  if (path === undefined || name === undefined || command === undefined)
    throw new CommandError(
      "Usage: <command> | npx node bench/write-section.ts <document> <section> <command>",
    );
  const printed = withoutNpm(await text(process.stdin));
  if (printed === "") throw new CommandError(`Cannot write section "${name}": nothing was printed`);
  const facts = [`Command: \`${command}\``, ...describeMachine()].map((fact) => `- ${fact}`).join("\n");
  const document = await readFile(path, "utf8");
  await writeFile(path, replaceSection(document, { name, body: `${toBlock(printed)}\n\n${facts}` }));
});

/** Without the lines in which npm says what it runs. */
function withoutNpm(printed: string): string {
  return printed.replaceAll(/^> .*\n/gm, "").trim();
}

/** Tables stay tables; everything else is shown as it was printed. */
function toBlock(printed: string): string {
  return printed.split("\n").every((line) => line === "" || line.startsWith("|"))
    ? printed
    : `\`\`\`text\n${printed}\n\`\`\``;
}

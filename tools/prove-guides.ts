// `npm run prove:guides`: docs/guides/front-your-api.md as a reader goes through it, in a copy of this checkout, and what
// its commands print beside what the guide shows. Ends with 1 where they differ.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startDemoOrigin } from "../demo/origin.ts";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { copyCheckout, startCommand } from "../test/conformance/support/command.ts";
import { readCodeBlocks, readText } from "../test/project/markdown.ts";
import { type Example, readExamples, toForm } from "./prove-guides/examples.ts";
import { openShell, type Shell } from "./prove-guides/shell.ts";

const GUIDE = "docs/guides/front-your-api.md";
const TOKEN = "of-the-proof-of-guides-0123456789abcdef";
const SHOWN_URL = "http://localhost:8787";

/** What the guide asks its reader to do before a command. */
const BEFORE: Readonly<Record<string, (path: string) => Promise<void>>> = {
  "npx headgate config diff": async (path) => {
    const config = await readFile(path, "utf8");
    await writeFile(path, config.replace("limit: 100,", "limit: 200,"));
  },
};

async function play(examples: readonly Example[], shell: Shell, url: string, path: string): Promise<number> {
  let differing = 0;
  await shell.run('npx() { shift; node src/cli/headgate-bin.js "$@"; }');
  for (const { command, shown } of examples) {
    await BEFORE[command]?.(path);
    const printed = await shell.run(command.replaceAll(SHOWN_URL, url));
    const [wanted, got] = [toForm(shown), toForm(printed.replaceAll(url, SHOWN_URL))];
    const isSame = wanted.join("\n") === got.join("\n");
    console.log(`${isSame ? "same" : "DIFFERENT"}  ${command}`);
    if (isSame) continue;
    differing += 1;
    console.log(`  the guide shows:\n${shown}\n  it printed:\n${printed}`);
  }
  return differing;
}

await runCommand(async () => {
  const guide = readText(GUIDE);
  const config = readCodeBlocks(guide).find(({ language }) => language === "ts");
  const checkout = await copyCheckout();
  const path = join(checkout.folder, "headgate.config.ts");
  await writeFile(path, config?.text ?? "");
  await writeFile(join(checkout.folder, ".dev.vars"), `ADMIN_TOKEN=${TOKEN}\n`);
  // On ports of their own, beside whatever else runs here.
  const origin = await startDemoOrigin({ port: 0 });
  const gateway = startCommand("start", ["--port", "0", "--origin", origin.url], checkout);
  try {
    const url = await gateway.url();
    const shell = openShell(checkout.folder, { HEADGATE_TOKEN: TOKEN, HEADGATE_URL: url });
    const examples = readExamples(guide);
    const differing = await play(examples, shell, url, path);
    shell.close();
    console.log(`${examples.length - differing} of ${examples.length} commands print what ${GUIDE} shows`);
    if (differing > 0) throw new CommandError(`${differing} commands print something else`);
  } finally {
    await gateway.stop();
    await origin.close();
    await checkout.remove();
  }
});

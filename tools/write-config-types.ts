// `npm run config-types`: writes src/core/config/config-input.ts anew from docs/configuration.md.

import { writeFile } from "node:fs/promises";
import { runCommand } from "../src/cli/command-error.ts";
import { readText } from "../test/project/markdown.ts";
import { writeTypes } from "./config-types/write-types.ts";

const PATH = "src/core/config/config-input.ts";

await runCommand(async () => {
  await writeFile(PATH, writeTypes(readText("docs/configuration.md")));
  console.log(`Wrote ${PATH}`);
});

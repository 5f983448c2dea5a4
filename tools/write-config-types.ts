// `npm run config-types`: writes src/core/config/config-input.ts anew from docs/configuration.

import { writeFile } from "node:fs/promises";
import { runCommand } from "../src/cli/command-error.ts";
import { readConfigurationPages } from "../test/project/markdown.ts";
import { writeTypes } from "./config-types/write-types.ts";

const PATH = "src/core/config/config-input.ts";

await runCommand(async () => {
  await writeFile(PATH, writeTypes(readConfigurationPages()));
  console.log(`Wrote ${PATH}`);
});

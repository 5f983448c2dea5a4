// Runs before a command, on whatever Node there is: TypeScript needs a newer one than many machines have, and the `node`
// package beside the project is missing where its install script was not run. What Node compiles of a command is kept for
// the next one, which starts in a fraction of the time.

import * as module from "node:module";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Headgate needs Node 22.18 or newer and found ${process.versions.node}. Run \`npm ci\` without --ignore-scripts: it brings Node 24 for this project alone.`,
  );
  process.exit(1);
}

const CACHE_FOLDER = fileURLToPath(new URL("../../node_modules/.cache/headgate/compiled", import.meta.url));
// Where it cannot be written, everything is compiled each time.
module.enableCompileCache(CACHE_FOLDER);

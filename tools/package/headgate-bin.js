#!/usr/bin/env node
// `npx headgate`, on whatever Node there is: `init` runs on any from 20 on, and what it writes brings a newer one.

import * as module from "node:module";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
const isOld = major < 22 || (major === 22 && minor < 18);
if (process.argv[2] === "init" && !process.argv.includes("--help")) {
  const { init } = await import("./init.js");
  await init(process.cwd());
} else if (isOld) {
  console.error(
    `Headgate's commands need Node 22.18 or newer and found ${process.versions.node}. \`npm install --save-dev node@24\` brings one for this project alone, which npx and npm run take.`,
  );
  process.exitCode = 1;
} else {
  module.enableCompileCache();
  await import("./headgate.js");
}

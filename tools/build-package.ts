// `npm run package`: builds the package into dist/package and packs it beside it.

import { exec } from "node:child_process";
import { promisify } from "node:util";
import { buildPackage } from "./package/build-package.ts";

const FOLDER = "dist/package";

await buildPackage(FOLDER);
// By a shell: on Windows npm is a script.
const { stdout } = await promisify(exec)(`npm pack ./${FOLDER} --pack-destination dist`);
console.log(`Packed dist/${stdout.trim().split("\n").at(-1)}`);

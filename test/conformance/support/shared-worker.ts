// The Worker of a test's gateway. Its code is bundled once for all files of a process, as for a deploy, around a name that
// stands for the configuration; a gateway's own file gives that name its value. So a start costs no bundling. What a
// build does from beginning to end is tested where users run it (cli/).

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { build } from "rolldown";
import { type BuildOptions, bundleWorker } from "../../../src/cli/build-worker.ts";
import { parseConfigFile } from "../../../src/cli/read-config-file.ts";

const CONFIG = "TESTED_CONFIG";

let code: Promise<string> | undefined;

/** As buildWorker does: rejects when the configuration is wrong, with what a build says of it. */
export async function buildBesideShared({
  configPath,
  outFile,
}: Pick<BuildOptions, "configPath" | "outFile">): Promise<void> {
  await parseConfigFile(configPath);
  code ??= bundleShared(join(dirname(outFile), "shared"));
  const [config, shared] = await Promise.all([bundleConfig(configPath), code]);
  await writeFile(outFile, `${config}\n${shared}`);
}

async function bundleShared(folder: string): Promise<string> {
  await mkdir(folder);
  const [configPath, outFile] = [join(folder, "config.js"), join(folder, "worker.js")];
  await writeFile(configPath, `export default ${CONFIG};\n`);
  await bundleWorker({ configPath, outFile });
  const bundled = await readFile(outFile, "utf8");
  await rm(folder, { recursive: true });
  return bundled;
}

/** A statement that gives the name its value. Functions of a configuration go with it. */
async function bundleConfig(input: string): Promise<string> {
  const { output } = await build({
    input,
    platform: "neutral",
    logLevel: "silent",
    write: false,
    output: { format: "iife", name: CONFIG, exports: "default" },
  });
  return output[0].code;
}

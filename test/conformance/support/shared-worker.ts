// The Worker of a test's gateway. Its code is bundled once for all files of a process, as for a deploy, around a name that
// stands for the configuration; a gateway's own file gives that name its value. So a start costs no bundling, nor one of a
// Worker that a test puts around it. What a build does from beginning to end is tested where users run it (cli/).

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "rolldown";
import { type BuildOptions, bundleWorker, EXTERNAL } from "../../../src/cli/build-worker.ts";
import { parseConfigFile } from "../../../src/cli/read-config-file.ts";

const CONFIG = "TESTED_CONFIG";

let shared: Promise<string> | undefined;
/** By the source of what is around it. */
const wrapped = new Map<string, Promise<string>>();

/**
 * As buildWorker does: rejects when the configuration is wrong, with what a build says of it. `around` is the source of a
 * Worker of the test's own, which imports the built one from "./worker.js".
 */
export async function buildBesideShared(
  { configPath, outFile }: Pick<BuildOptions, "configPath" | "outFile">,
  around?: string,
): Promise<void> {
  await parseConfigFile(configPath);
  const code = around === undefined ? readShared(outFile) : readWrapped(outFile, around);
  const [config, bundled] = await Promise.all([bundleConfig(configPath), code]);
  await writeFile(outFile, `${config}\n${bundled}`);
}

function readShared(outFile: string): Promise<string> {
  shared ??= inFolder(`${outFile}.shared`, async (at) => {
    await writeFile(at("config.js"), `export default ${CONFIG};\n`);
    await bundleWorker({ configPath: at("config.js"), outFile: at("worker.js") });
    return await readFile(at("worker.js"), "utf8");
  });
  return shared;
}

function readWrapped(outFile: string, around: string): Promise<string> {
  const code =
    wrapped.get(around) ??
    inFolder(`${outFile}.wrapped`, async (at) => {
      await Promise.all([
        writeFile(at("worker.js"), await readShared(outFile)),
        writeFile(at("main.js"), around),
      ]);
      return await bundleAround(at("main.js"));
    });
  wrapped.set(around, code);
  return code;
}

async function inFolder(
  folder: string,
  work: (at: (name: string) => string) => Promise<string>,
): Promise<string> {
  await mkdir(folder);
  const done = await work((name) => join(folder, name));
  await rm(folder, { recursive: true });
  return done;
}

async function bundleAround(input: string): Promise<string> {
  const { output } = await build({
    input,
    platform: "neutral",
    external: EXTERNAL,
    makeAbsoluteExternalsRelative: false,
    logLevel: "silent",
    write: false,
    output: { format: "esm", codeSplitting: false },
  });
  return output[0].code;
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

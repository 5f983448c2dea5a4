// Builds the package that people install: JavaScript with types, from the same sources as this checkout runs.

import { execFile } from "node:child_process";
import { chmod, cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "rolldown";
import { buildPage } from "../../src/cli/build-page.ts";
import { EXTERNAL } from "../../src/cli/build-worker.ts";
import { type CheckoutManifest, toManifest } from "./manifest.ts";

const PROJECT_FOLDER = resolve(import.meta.dirname, "../..");
const fromProject = (path: string): string => resolve(PROJECT_FOLDER, path);

const TYPES_ENTRIES = ["core/config/define-config.d.ts", "worker.d.ts", "limiter/index.d.ts"] as const;

/** What a package has in place of a checkout's. */
const REPLACED = ["own-parts.ts", "own-files.ts"] as const;
/** What a command finds in the project that it runs in. */
const INSTALLED = /^(?:node:|rolldown$|wrangler$|miniflare$)/;

/** Builds it into `folder`, which is made anew. */
export async function buildPackage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await Promise.all([
    buildModule("src/core/config/define-config.ts", join(folder, "index.js")),
    buildModule("src/worker.ts", join(folder, "worker.js")),
    buildModule("src/limiter/index.ts", join(folder, "limiter.js")),
    buildPage(join(folder, "dashboard.bin")),
    buildCommands(join(folder, "cli")),
    writeTypes(join(folder, "types")),
  ]);
  await cp(fromProject("src/cli/template"), join(folder, "template"), { recursive: true });
  await cp(fromProject("tools/package/entry.js"), join(folder, "entry.js"));
  for (const name of ["README.md", "LICENSE", "CHANGELOG.md"])
    await cp(fromProject(name), join(folder, name));
  const bin = join(folder, "cli/headgate-bin.js");
  await cp(fromProject("tools/package/headgate-bin.js"), bin);
  await chmod(bin, 0o755);
  const checkout = JSON.parse(await readFile(fromProject("package.json"), "utf8")) as CheckoutManifest;
  await writeFile(join(folder, "package.json"), `${JSON.stringify(toManifest(checkout), null, 2)}\n`);
}

/** One file, with the packages that it needs inside. */
export async function buildModule(input: string, file: string): Promise<void> {
  await build({
    input: fromProject(input),
    platform: "neutral",
    external: EXTERNAL,
    makeAbsoluteExternalsRelative: false,
    resolve: { conditionNames: ["workerd", "worker", "browser"], mainFields: ["module", "main"] },
    logLevel: "silent",
    output: { file, format: "esm", codeSplitting: false, comments: false },
  });
}

async function buildCommands(dir: string): Promise<void> {
  await build({
    input: {
      headgate: fromProject("src/cli/headgate.ts"),
      init: fromProject("src/cli/init.ts"),
      "dev-prepare": fromProject("src/cli/dev-prepare.ts"),
    },
    platform: "node",
    external: INSTALLED,
    logLevel: "silent",
    plugins: [replaceOwn()],
    output: {
      dir,
      format: "esm",
      entryFileNames: "[name].js",
      chunkFileNames: "[name]-[hash].js",
      comments: false,
    },
  });
}

function replaceOwn(): Plugin {
  return {
    name: "replace-own",
    resolveId(source) {
      const name = REPLACED.find((replaced) => source.endsWith(`/${replaced}`));
      return name === undefined ? null : fromProject(`tools/package/${name}`);
    },
  };
}

async function writeTypes(outDir: string): Promise<void> {
  const tsc = fromProject("node_modules/typescript/bin/tsc");
  const argv = ["-p", fromProject("tools/package/tsconfig.json"), "--outDir", outDir];
  await promisify(execFile)(process.execPath, [tsc, ...argv]);
  const needed = new Set<string>();
  for (const entry of TYPES_ENTRIES) await collectTypes(join(outDir, entry), needed);
  for (const file of await readdir(outDir, { recursive: true }))
    if (file.endsWith(".ts") && !needed.has(join(outDir, file))) await rm(join(outDir, file));
}

/** Adds a declaration file and all that it imports. Throws where one names a package: whoever installs ours has none. */
async function collectTypes(file: string, needed: Set<string>): Promise<void> {
  if (needed.has(file)) return;
  needed.add(file);
  const text = await readFile(file, "utf8");
  for (const [, source = ""] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g)) {
    if (!source.startsWith(".")) throw new Error(`${file} imports ${source}`);
    await collectTypes(join(dirname(file), source.replace(/\.ts$/, ".d.ts")), needed);
  }
}

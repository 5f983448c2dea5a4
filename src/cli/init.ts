// `headgate init`: what a project begins with. A file that is there stays as it is; of package.json what is missing is added.
// Runs on any Node from 20 on: what it writes may be what brings a newer one.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { PACKAGE_FILE, TEMPLATE_FOLDER } from "./own-files.ts";

/** wrangler's own bound: below it the project gets a Node of its own. */
const NODE_MAJOR_MIN = 22;

/** Name in the project -> name in the template: npm leaves out files whose names begin with a dot, as git does not. */
const FILES = {
  "headgate.config.ts": "headgate.config.ts",
  "headgate.examples.ts": "headgate.examples.ts",
  "wrangler.toml": "wrangler.toml",
  ".gitignore": "gitignore",
} as const;

type Json = Readonly<Record<string, unknown>>;

// oxlint-disable-next-line typescript/require-await -- commands are promises
export async function init(folder: string): Promise<void> {
  const name = toName(basename(folder));
  for (const [path, template] of Object.entries(FILES)) {
    const target = join(folder, path);
    if (existsSync(target)) {
      console.log(`stays   ${path}`);
      continue;
    }
    const text = readFileSync(join(TEMPLATE_FOLDER, template), "utf8");
    writeFileSync(target, text.replaceAll("{{name}}", name));
    console.log(`written ${path}`);
  }
  writePackage(folder, name);
  console.log(`
Next
  npm install
  npx headgate dev                         serves it on http://localhost:8787, in front of a demo origin
  curl -i http://localhost:8787/json       an answer with its rate-limit headers; the 21st in a moment is a 429
  npm test                                 plays headgate.examples.ts
Then change \`origin\` in headgate.config.ts to yours, and \`npx headgate deploy\`.`);
}

/** What a Worker may be called. */
function toName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return name === "" ? "headgate" : name.slice(0, 54);
}

function writePackage(folder: string, name: string): void {
  const path = join(folder, "package.json");
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Json) : undefined;
  const after = addMissing(before ?? { name, private: true }, toWanted(before));
  if (JSON.stringify(after) === JSON.stringify(before)) {
    console.log("stays   package.json");
    return;
  }
  writeFileSync(path, `${JSON.stringify(after, null, 2)}\n`);
  console.log(`${before === undefined ? "written" : "added to"} package.json`);
}

function toWanted(before: Json | undefined): Json {
  const own = JSON.parse(readFileSync(PACKAGE_FILE, "utf8")) as {
    readonly version: string;
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const { wrangler = "", node = "" } = own.devDependencies;
  const needsNode = Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN;
  const isThere = Object.hasOwn(before?.["dependencies"] ?? {}, "headgate");
  return {
    type: "module",
    scripts: {
      dev: "headgate dev",
      start: "headgate start",
      test: "headgate check && headgate test",
      deploy: "headgate deploy",
    },
    devDependencies: {
      ...(isThere ? {} : { headgate: `^${own.version}` }),
      ...(needsNode ? { node } : {}),
      wrangler,
    },
    // Newer versions of npm run no script of a package that is not named here: these two bring programs.
    allowScripts: { ...(needsNode ? { node: true } : {}), workerd: true },
  };
}

/** What is there stays, but npm's own test script, which only fails. */
function addMissing(before: Json, wanted: Json): Json {
  const added: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(wanted)) {
    const known = added[key];
    if (known === undefined || isNpmsOwn(key, known)) added[key] = value;
    else if (typeof value === "object" && value !== null && typeof known === "object")
      added[key] = addMissing(known as Json, { ...value });
  }
  return added;
}

/** `npm init` writes both. */
function isNpmsOwn(key: string, value: unknown): boolean {
  return (
    (key === "type" && value === "commonjs") ||
    (key === "test" && typeof value === "string" && value.includes("no test specified"))
  );
}

// Where the package has what the gateway is made of: built. It stands in place of src/cli/own-parts.ts.

import { copyFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const toPath = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The dashboard is built with the package. */
export async function buildPage(outFile: string): Promise<{ bytes: number; files: readonly string[] }> {
  const page = toPath("../dashboard.bin");
  await copyFile(page, outFile);
  return { bytes: (await stat(page)).size, files: [] };
}

/** What Headgate is held to is held before it is packed: a project's build measures only what it deploys. */
export const checkBundle: (() => Promise<string>) | undefined = undefined;

export const DEV_PREPARE = toPath("dev-prepare.js");

export const CALLS = { dev: "npx headgate dev", startWith: "npx headgate start" } as const;

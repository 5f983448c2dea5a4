// The version of the command line: its package's.

import { readFileSync } from "node:fs";
import { PACKAGE_FILE } from "../own-files.ts";

export function readVersion(): string {
  return String((JSON.parse(readFileSync(PACKAGE_FILE, "utf8")) as { readonly version?: unknown }).version);
}

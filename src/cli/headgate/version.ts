// The version of the command line: its package's.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export function readVersion(): string {
  const path = resolve(import.meta.dirname, "../../../package.json");
  return String((JSON.parse(readFileSync(path, "utf8")) as { readonly version?: unknown }).version);
}

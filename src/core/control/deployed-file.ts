// The deployed configuration file beside one that was pushed at run time: how it is shown and compared, and which of the two
// is active. A pushed one is active until a deploy brings another file than the one that it was pushed over.

import { DEPLOYED_FUNCTION } from "../functions/parse-functions.ts";
import type { StoredConfig } from "./snapshot.ts";

/** What the file's module exports, as JSON. A function cannot be shown: `functions` alone take the text that stands for it. */
export function showFile(exported: unknown): unknown {
  return JSON.parse(write(exported, () => DEPLOYED_FUNCTION));
}

/** Tells files apart: by all that they say, and by the text of their functions. */
export function fingerprintFile(exported: unknown, hash: (text: string) => string): string {
  return hash(write(exported, String));
}

/** Whether a deploy with another file has ended a pushed configuration. */
export function isSuperseded(
  { document, file }: Pick<StoredConfig, "document" | "file">,
  fingerprint: () => string,
): boolean {
  return document !== undefined && file !== undefined && file !== fingerprint();
}

function write(exported: unknown, writeFunction: (value: unknown) => string): string {
  return JSON.stringify(exported, (_key, value: unknown) =>
    typeof value === "function" ? writeFunction(value) : value,
  );
}

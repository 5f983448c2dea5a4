// Upstash's own flag in the first line of a script, which Redis refuses. The shim runs such a script without it, and
// knows it by the hash that the client computed with it.

import { createHash } from "node:crypto";

const FLAGGED = /^#!lua flags=allow-key-locking\r?\n/;

/** Makes the translation of one shim's commands; it remembers the scripts that it saw. */
export function createScriptTranslation(): (command: readonly string[]) => readonly string[] {
  const hashes = new Map<string, string>();
  return (command) => {
    const [name = "", script = "", ...rest] = command;
    switch (name.toLowerCase()) {
      case "evalsha":
        return [name, hashes.get(script) ?? script, ...rest];
      case "eval": {
        const plain = script.replace(FLAGGED, "");
        if (plain !== script) hashes.set(toHash(script), toHash(plain));
        return [name, plain, ...rest];
      }
      default:
        return command;
    }
  };
}

function toHash(script: string): string {
  return createHash("sha1").update(script).digest("hex");
}

// The admin token of the gateway on this machine, as `npm start` has it: from .dev.vars of the working folder.

import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";

/** undefined where there is no such file, or no token in it. */
export function readLocalToken(): string | undefined {
  try {
    return parseEnv(readFileSync(".dev.vars", "utf8"))["ADMIN_TOKEN"];
  } catch {
    return undefined;
  }
}

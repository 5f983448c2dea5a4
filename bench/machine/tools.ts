// Programs that the bench needs and npm does not have. Looked for on the PATH, then installed from Debian's packages
// when this is Debian and this is root; the table names what could not be had.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Tool {
  readonly command: string;
  readonly debianPackage: string;
}

export const taskset: Tool = { command: "taskset", debianPackage: "util-linux" };

const INSTALLER = "apt-get";
const INSTALL_MS_MAX = 120_000;

/** Whether the tool is there, after an attempt to install it where it is not. */
export function hasTool({ command, debianPackage }: Tool): boolean {
  if (isOnPath(command)) return true;
  if (!isOnPath(INSTALLER) || process.getuid?.() !== 0) return false;
  spawnSync(INSTALLER, ["install", "-y", "--no-install-recommends", debianPackage], {
    stdio: "ignore",
    timeout: INSTALL_MS_MAX,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return isOnPath(command);
}

function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}

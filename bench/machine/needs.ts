// What the bench needs and the project does not have. Looked for, then installed: Debian's packages when this is Debian
// and this is root, the peers' packages from their lock file. The report names what could not be had.

import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Need {
  /** How the report calls it. */
  readonly name: string;
  readonly isThere: () => boolean;
  /** An attempt: it may fail. */
  readonly install: () => void;
}

const INSTALLER = "apt-get";
const INSTALL_MS_MAX = 120_000;
const PEERS_FOLDER = fileURLToPath(new URL("../peers", import.meta.url));

export const taskset = createTool("taskset", "util-linux");
export const nginxServer = createTool("nginx", "nginx");
export const haproxyServer = createTool("haproxy", "haproxy");
export const redisServer = createTool("redis-server", "redis-server");

export const peerPackages: Need = {
  name: "the packages of bench/peers",
  isThere: () => {
    const lock = join(PEERS_FOLDER, "package-lock.json");
    // npm writes it when everything else is there.
    const installed = join(PEERS_FOLDER, "node_modules", ".package-lock.json");
    return existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs;
  },
  install: () => {
    run("npm", ["ci", "--ignore-scripts", "--omit=peer"], PEERS_FOLDER);
  },
};

/** Whether it is there, after an attempt to install it where it is not. */
export function provide(need: Need): boolean {
  if (need.isThere()) return true;
  need.install();
  return need.isThere();
}

function createTool(command: string, debianPackage: string): Need {
  return {
    name: command,
    isThere: () => isOnPath(command),
    install: () => {
      if (!isOnPath(INSTALLER) || process.getuid?.() !== 0) return;
      run(INSTALLER, ["install", "-y", "--no-install-recommends", debianPackage]);
    },
  };
}

function run(command: string, args: readonly string[], folder?: string): void {
  spawnSync(command, args, {
    cwd: folder,
    stdio: "ignore",
    timeout: INSTALL_MS_MAX,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

function isOnPath(command: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, command)));
}

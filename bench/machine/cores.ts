// Which core does what: the server has one to itself, this program (the generator and the origins) has another.

import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { provide, taskset } from "./needs.ts";

const SERVER_CORE = "0";
const LOAD_CORE = "1";

/** Moves this program to its core. Returns what goes before a server's command; nothing where cores cannot be split. */
export function splitCores(): readonly string[] {
  if (availableParallelism() < 2 || !provide(taskset)) return [];
  const moved = spawnSync(taskset.name, ["-acp", LOAD_CORE, String(process.pid)], { stdio: "ignore" });
  return moved.status === 0 ? [taskset.name, "-c", SERVER_CORE] : [];
}

// Where the commands find the configuration and leave the built Worker, with the dashboard beside it.

import { dirname, join } from "node:path";

/** The configuration file: HEADGATE_CONFIG, or headgate.config.ts in the working folder. */
export const CONFIG_PATH = process.env["HEADGATE_CONFIG"] ?? "headgate.config.ts";
export const WORKER_PATH = "dist/worker.js";

/** Where a process has what it serves: another build or server beside it must not change that. */
export function toServedFolder(processId: number): string {
  return `dist/served/${processId}`;
}

/** The dashboard stands beside the Worker that answers with it. */
export function toPagePath(workerPath: string): string {
  return join(dirname(workerPath), "dashboard.bin");
}

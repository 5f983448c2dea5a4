// Where the commands find the configuration and leave the built Worker, with the dashboard beside it.

import { dirname, join } from "node:path";

/** The configuration file: HEADGATE_CONFIG, or headgate.config.ts in the working folder. */
export const CONFIG_PATH = process.env["HEADGATE_CONFIG"] ?? "headgate.config.ts";
export const WORKER_PATH = "dist/worker.js";

/** Where the Worker that a process serves is built: another build or server beside it must not change what it serves. */
export function toServedPath(processId: number): string {
  return `dist/served/${processId}/worker.js`;
}

/** The dashboard stands beside the Worker that answers with it. */
export function toPagePath(workerPath: string): string {
  return join(dirname(workerPath), "dashboard.page");
}

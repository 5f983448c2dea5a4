// Starts one workerd for one Worker: no proxy, no simulator, one process.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import workerd from "workerd";
import { CommandError } from "../../src/cli/command-error.ts";
import { toWorkerdConfig, type WorkerdConfig } from "./workerd-config.ts";

const START_MS_MAX = 10_000;

/** Whatever ends the bench ends its servers. */
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export interface WorkerdOptions extends Omit<WorkerdConfig, "storagePath"> {
  /** Exists; for the configuration and the objects' storage. */
  readonly folder: string;
  /** What goes before the command. */
  readonly pinned: readonly string[];
}

export interface Workerd {
  readonly port: number;
  readonly processIds: readonly number[];
  readonly stop: () => Promise<void>;
}

/** Resolves when it listens. Throws a CommandError with workerd's own words when it does not. */
export async function startWorkerd({ folder, pinned, ...config }: WorkerdOptions): Promise<Workerd> {
  const storagePath = join(folder, "storage");
  const configPath = join(folder, "workerd.capnp");
  await mkdir(storagePath);
  await writeFile(configPath, toWorkerdConfig({ ...config, storagePath }));
  const [command, ...args] = [...pinned, workerd.default, "serve", configPath, "--control-fd=3"];
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  running.add(child);
  const port = await readPort(child);
  const stop = async (): Promise<void> => {
    running.delete(child);
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  return { port, processIds: [child.pid ?? 0], stop };
}

/** workerd says on the control descriptor where it listens, or ends. */
async function readPort(child: ChildProcess): Promise<number> {
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4_096);
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), START_MS_MAX);
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const message = JSON.parse(line) as { readonly event: string; readonly port?: number };
    if (message.event !== "listen" || message.port === undefined) continue;
    clearTimeout(timer);
    return message.port;
  }
  throw new CommandError(`Cannot start workerd: ${said.trim()}`);
}

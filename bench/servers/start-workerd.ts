// Starts one workerd for one Worker: no proxy, no simulator, one process.

import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { CommandError } from "../../src/cli/command-error.ts";
import { type RunningProcess, runProcess, START_MS_MAX } from "./run-process.ts";
import { toWorkerdConfig, type WorkerdConfig } from "./workerd-config.ts";

/** The program's path. Tests import CommonJS in another way than Node does: this is the same in both. */
const { default: WORKERD } = createRequire(import.meta.url)("workerd") as { readonly default: string };

export interface WorkerdOptions extends Omit<WorkerdConfig, "storagePath"> {
  /** Exists; for the configuration and the objects' storage. */
  readonly folder: string;
  /** What goes before the command. */
  readonly pinned: readonly string[];
}

export interface Workerd {
  readonly port: number;
  /** Of the second isolate, where there is one. */
  readonly secondPort: number | undefined;
  readonly processIds: readonly number[];
  readonly stop: () => Promise<void>;
}

/** Resolves when it listens. Throws a CommandError with workerd's own words when it does not. */
export async function startWorkerd({ folder, pinned, ...config }: WorkerdOptions): Promise<Workerd> {
  const storagePath = join(folder, "storage");
  const configPath = join(folder, "workerd.capnp");
  await mkdir(storagePath, { recursive: true });
  await writeFile(configPath, toWorkerdConfig({ ...config, storagePath }));
  const running = runProcess([...pinned, WORKERD, "serve", configPath, "--control-fd=3"]);
  const [port = 0, secondPort] = await readPorts(running, config.isTwice === true ? 2 : 1);
  return { port, secondPort, processIds: [running.id], stop: running.stop };
}

/** workerd says on the control descriptor where it listens, or ends. The first isolate's comes first. */
async function readPorts({ child, readSaid }: RunningProcess, count: number): Promise<readonly number[]> {
  const ports = new Map<string, number>();
  const timer = setTimeout(() => child.kill("SIGKILL"), START_MS_MAX);
  for await (const line of createInterface({ input: child.stdio[3] as Readable })) {
    const message = JSON.parse(line) as {
      readonly event: string;
      readonly socket?: string;
      readonly port?: number;
    };
    if (message.event !== "listen" || message.port === undefined) continue;
    ports.set(message.socket ?? "", message.port);
    if (ports.size < count) continue;
    clearTimeout(timer);
    return ["http", "second"].flatMap((name) => ports.get(name) ?? []);
  }
  throw new CommandError(`Cannot start workerd: ${readSaid()}`);
}

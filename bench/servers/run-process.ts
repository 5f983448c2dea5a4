// One process of a server. Whatever ends the bench ends its processes.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type NetConnectOpts } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../../src/cli/command-error.ts";

export const START_MS_MAX = 10_000;
const POLL_MS = 20;
const SAID_CHARACTERS_MAX = 4_096;

const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) killGroup(child);
});

/** With what it has started itself: a runtime of its own outlives a program that is killed. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly id: number;
  /** The end of what it wrote to its standard error. */
  readonly readSaid: () => string;
  readonly stop: () => Promise<void>;
}

export interface ProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

/** Its descriptor 3 is a pipe to this program. */
export function runProcess(
  [command = "", ...args]: readonly string[],
  { env = {}, folder }: ProcessOptions = {},
): RunningProcess {
  const child = spawn(command, args, {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, ...env },
    cwd: folder,
    // Of a group of its own.
    detached: true,
  });
  running.add(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-SAID_CHARACTERS_MAX);
  });
  child.on("error", (error) => {
    said += error.message;
  });
  const stop = async (): Promise<void> => {
    running.delete(child);
    if (child.exitCode !== null || child.signalCode !== null) return;
    killGroup(child);
    await once(child, "exit");
  };
  return { child, id: child.pid ?? 0, readSaid: () => said.trim(), stop };
}

/** Throws a CommandError with the process's own words when it ends first or takes too long. */
export async function waitUntilItListens(
  { child, readSaid }: RunningProcess,
  address: NetConnectOpts,
  name: string,
): Promise<void> {
  for (const untilMs = performance.now() + START_MS_MAX; performance.now() < untilMs; await sleep(POLL_MS)) {
    if (await canConnect(address)) return;
    if (child.exitCode !== null || child.pid === undefined) break;
  }
  throw new CommandError(`Cannot start ${name}: ${readSaid() || "it does not listen"}`);
}

function canConnect(address: NetConnectOpts): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.on("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.on("error", () => {
      resolve(false);
    });
  });
}

const found = new Set<number>();

/** For programs that cannot choose one themselves. No port comes twice: another program may be about to listen there. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  if (found.has(port)) return await findFreePort();
  found.add(port);
  return port;
}

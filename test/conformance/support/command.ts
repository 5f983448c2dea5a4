// A command of the project as a real process, in this checkout or in a copy of it whose files a test may change.

import { type ChildProcess, spawn } from "node:child_process";
import { cp, rm, symlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { newFolder } from "./gateway.ts";
import { until } from "./until.ts";

export const PROJECT_FOLDER = resolve(import.meta.dirname, "../../..");
/** What a command reads. */
const PARTS = ["src", "ui", "demo", "tools", "package.json", "wrangler.toml", "headgate.config.ts"];

export interface Started {
  /** Both outputs so far. */
  readonly output: () => string;
  /** Where it listens. Rejects when it does not within a minute. */
  readonly url: () => Promise<string>;
  readonly isRunning: () => boolean;
  readonly stop: () => Promise<void>;
}

export interface StartOptions {
  readonly folder?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** `command` is one of `headgate`. */
export function startCommand(
  command: string,
  argv: readonly string[],
  { folder = PROJECT_FOLDER, env = {} }: StartOptions = {},
): Started {
  const child = spawn(process.execPath, ["src/cli/headgate-bin.js", command, ...argv], {
    cwd: folder,
    env: { ...process.env, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8");
    stream.on("data", (text: string) => {
      output += text;
    });
  }
  return {
    output: () => output,
    url: () => until("it listens", () => Promise.resolve(/listens on (http:\S+)/.exec(output)?.[1]), 60_000),
    isRunning: () => child.exitCode === null && child.signalCode === null,
    stop: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once("exit", done));
  child.kill();
  await ended;
}

export interface Checkout {
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** A copy of this checkout with the same packages. */
export async function copyCheckout(): Promise<Checkout> {
  const folder = await newFolder();
  for (const part of PARTS) await cp(join(PROJECT_FOLDER, part), join(folder, part), { recursive: true });
  await symlink(join(PROJECT_FOLDER, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

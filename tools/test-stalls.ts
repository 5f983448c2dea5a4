// `npm run test:stalls`: the tests, while a workerd process, or all of them at once, is stopped for half a second now and then.
// A machine with other work does the same to them. A test that fails here, and not without, takes a delay of the machine's for
// one of the gateway's. Words after `--` go to vitest. Needs /proc.

import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { readDescendants } from "./processes/read-descendants.ts";

const ROOT = resolve(import.meta.dirname, "..");

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: {
      // For how long a process stands still, and how long it is from one to the next on average, in milliseconds.
      stall: { type: "string", default: "600" },
      every: { type: "string", default: "1500" },
      // All processes of the tests at once: as where the machine itself stands still.
      all: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  const [stallMs, everyMs] = [Number(values.stall), Number(values.every)];
  if (!(stallMs > 0 && everyMs > 0))
    throw new CommandError("Cannot stall: --stall and --every take milliseconds");
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const tests = spawn(process.execPath, [vitest, "run", ...positionals], { cwd: ROOT, stdio: "inherit" });
  const ended = new Promise<number>((done) => {
    tests.on("exit", (code) => {
      done(code ?? 1);
    });
  });
  let stalls = 0;
  while (tests.exitCode === null && tests.signalCode === null) {
    await Promise.race([ended, wait(everyMs * (0.5 + Math.random()))]);
    const processes = await readDescendants(tests.pid ?? 0);
    const gateways = processes.filter(({ name }) => name === "workerd");
    const chosen = values.all ? processes : gateways.slice(pick(gateways.length)).slice(0, 1);
    for (const { id } of chosen) signal(id, "SIGSTOP");
    await wait(stallMs);
    for (const { id } of chosen) signal(id, "SIGCONT");
    if (chosen.length > 0) stalls += 1;
  }
  console.log(`stopped ${stalls} times for ${stallMs} ms`);
  if ((await ended) !== 0) throw new CommandError("Tests failed");
});

function pick(length: number): number {
  return Math.floor(Math.random() * length);
}

/** A process may have ended meanwhile. */
function signal(id: number, name: "SIGSTOP" | "SIGCONT"): void {
  try {
    process.kill(id, name);
  } catch {
    return;
  }
}

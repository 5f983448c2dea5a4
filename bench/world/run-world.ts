// `npm run bench -- --world`: what a request costs in round trips where nobody has been, for every contender that asks
// anything.

import { existsSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../../src/cli/command-error.ts";
import { splitCores } from "../machine/cores.ts";
import { describeMachine, readLoad } from "../machine/describe-machine.ts";
import { provide } from "../machine/needs.ts";
import { measureWorld } from "./measure-world.ts";
import { probeNewIsolates } from "./probe-new-isolate.ts";
import { parseWorldOptions, WORLD_USAGE } from "./world-options.ts";
import { toWorldReport } from "./world-report.ts";

const MEMORY_FOLDER = "/dev/shm";

export interface WorldReport {
  readonly text: string;
  readonly markdown: string | undefined;
}

/** undefined: help was asked for, and printed. Throws a CommandError where a row answered wrongly. */
export async function runWorld(args: readonly string[]): Promise<WorldReport | undefined> {
  const options = parseWorldOptions(args);
  if (options.wantsHelp) {
    console.log(WORLD_USAGE);
    return undefined;
  }
  const startedMs = performance.now();
  const loadBefore = readLoad();
  const rows = options.cases.flatMap((one) => one.rows.map((row) => ({ case: one, row })));
  const runnable = rows.filter(({ row }) => (row.needs ?? []).every(provide));
  const leftOut = rows
    .filter((one) => !runnable.includes(one))
    .map(({ row }) => `${row.title} (${(row.needs ?? []).map(({ name }) => name).join(" and ")}: not found)`);
  const folder = await mkdtemp(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), "headgate-world-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const stand = { folder, pinned: splitCores(), delays: options.delays };
  const probes = options.probesNewIsolates ? await probeNewIsolates(stand) : [];
  const measured = await measureWorld(runnable, {
    ...options,
    ...stand,
    onProgress: (text) => {
      console.error(text);
    },
  });
  const text = toWorldReport({
    rows: measured,
    probes,
    options,
    command: `npm run bench -- ${args.join(" ")}`,
    machine: describeMachine(),
    seconds: Math.round((performance.now() - startedMs) / 1e3),
    loadBefore,
    leftOut,
  });
  console.log(text);
  const isRight =
    measured.every(({ failed }) => failed === 0) && probes.every((one) => one.seen === one.wanted);
  if (!isRight) throw new CommandError("Measured nothing to keep: the run has faults");
  return { text, markdown: options.markdown };
}

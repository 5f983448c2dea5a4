// `npm run bench`: every contender on this machine, in one interleaved run, as one table. Loads nothing but 127.0.0.1.

import { readFile, writeFile } from "node:fs/promises";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { splitCores } from "./machine/cores.ts";
import { describeMachine, readLoad } from "./machine/describe-machine.ts";
import { leaveOut } from "./machine/leave-out.ts";
import { findFaults } from "./measures/find-faults.ts";
import { measure } from "./measures/measure.ts";
import { summarize } from "./measures/summarize.ts";
import { parseOptions, toTimes, USAGE } from "./options.ts";
import { replaceSection } from "./report/replace-section.ts";
import { toReport } from "./report/report.ts";
import { runWorld } from "./world/run-world.ts";

const args = process.argv.slice(2);
// Leaving by process.exit() ends the servers and deletes what they left.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

await runCommand(async () => {
  if (args.includes("--world")) {
    const written = await runWorld(args);
    if (written?.markdown !== undefined) await writeReport(written.markdown, "world", written.text);
    return;
  }
  const { rows, effort, markdown, wantsHelp } = parseOptions(args);
  if (wantsHelp) {
    console.log(USAGE);
    return;
  }
  if (process.platform !== "linux")
    throw new CommandError("Cannot measure CPU time: this needs Linux's /proc");
  const loadBefore = readLoad();
  const { runnable, leftOut } = leaveOut(rows);
  const pinned = splitCores();
  const times = toTimes(effort, runnable.length);
  const startedMs = performance.now();

  const measured = await measure(runnable, {
    generations: effort.generations,
    rounds: effort.rounds,
    times,
    pinned,
    onProgress: (text) => console.error(text),
  });
  const summaries = summarize(measured);
  const faults = findFaults(summaries);

  const report = toReport({
    summaries,
    faults,
    command: `npm run bench${args.length === 0 ? "" : ` -- ${args.join(" ")}`}`,
    machine: describeMachine(),
    generations: effort.generations,
    rounds: effort.rounds,
    seconds: Math.round((performance.now() - startedMs) / 1e3),
    loadBefore,
    loadAfter: readLoad(),
    areCoresSplit: pinned.length > 0,
    rate: times.rate,
    leftOut,
  });
  console.log(report);
  if (faults.length > 0) throw new CommandError("Measured nothing to keep: the run has faults");
  if (markdown !== undefined) await writeReport(markdown, "bench", report);
});

async function writeReport(path: string, name: string, body: string): Promise<void> {
  await writeFile(path, replaceSection(await readFile(path, "utf8"), { name, body }));
}

// `npm run bench`: every contender on this machine, in one interleaved run, as one table. Loads nothing but 127.0.0.1.

import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { splitCores } from "./machine/cores.ts";
import { describeMachine, readLoad } from "./machine/describe-machine.ts";
import { hasTool } from "./machine/tools.ts";
import { findFaults } from "./measures/find-faults.ts";
import { measure } from "./measures/measure.ts";
import { summarize } from "./measures/summarize.ts";
import { parseOptions, toTimes, USAGE } from "./options.ts";
import { toTable } from "./table.ts";

const args = process.argv.slice(2);
// Leaving by process.exit() ends the servers and deletes what they left.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

await runCommand(async () => {
  const { rows, effort, wantsHelp } = parseOptions(args);
  if (wantsHelp) {
    console.log(USAGE);
    return;
  }
  if (process.platform !== "linux")
    throw new CommandError("Cannot measure CPU time: this needs Linux's /proc");
  const tools = new Set(rows.flatMap(({ contender }) => contender.needs ?? []));
  const missing = new Set([...tools].filter((tool) => !hasTool(tool)));
  const runnable = rows.filter(({ contender }) => !contender.needs?.some((tool) => missing.has(tool)));
  const pinned = splitCores();
  const times = toTimes(effort, runnable.length);
  const loadBefore = readLoad();
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

  const seconds = Math.round((performance.now() - startedMs) / 1e3);
  const notFound = [...missing].map(({ command }) => command).join(", ");
  console.log(toTable(summaries));
  console.log(`
Command: npm run bench${args.length === 0 ? "" : ` -- ${args.join(" ")}`}
${describeMachine().join("\n")}
Run: medians of ${effort.generations} x ${effort.rounds} rounds, ${seconds} s; load average ${loadBefore} before, ${readLoad()} after
Cores: ${pinned.length === 0 ? "NOT split, servers and load share them" : "the server has one, generator and origin another"}
CPU, requests/s, calls and rows: under full load; ">=" where the server had less than 90 % of its core
p50 and p99: at ${times.rate} requests/s
$/million: list prices of requests, object calls and rows written, without CPU time and storage
Not found: ${notFound === "" ? "nothing" : notFound}`);
  for (const fault of faults) console.log(`FAULT: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
});

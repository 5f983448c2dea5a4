// `npm run compare`: what limiters do, beside each other, seen from outside: no speed. Loads nothing but 127.0.0.1.

import { readFile, writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { toLongTables, toShortTable } from "./compare/compare-report.ts";
import { probes } from "./compare/probes/registry.ts";
import { runCompare } from "./compare/run-compare.ts";
import { subjects } from "./compare/subjects/registry.ts";
import { describeMachine, readLoad } from "./machine/describe-machine.ts";
import { peerPackages, provide } from "./machine/needs.ts";
import { replaceSection } from "./report/replace-section.ts";

const USAGE = `Usage: npm run compare -- [options]
  --only <names>      these: ${subjects.map(({ name }) => name).join(", ")}
  --probe <names>     these: ${probes.map(({ name }) => name).join(", ")}
  --times <n>         runs of each probe, of which the worst is kept (3)
  --markdown <file>   writes both tables between the comments compare-short and compare of this file
  --help`;

// Leaving by process.exit() ends whatever was started.
process.on("SIGINT", () => process.exit(130));
process.on("SIGTERM", () => process.exit(143));

await runCommand(async () => {
  const args = process.argv.slice(2);
  const { values } = parseArgs({
    args,
    options: {
      only: { type: "string" },
      probe: { type: "string" },
      times: { type: "string", default: "3" },
      markdown: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const wanted = choose(subjects, values.only, "limiter");
  const missing = wanted.filter(({ needs = [] }) => needs.some((need) => !provide(need)));
  if (!provide(peerPackages))
    throw new CommandError("Cannot start: the packages of bench/peers cannot be installed");
  const loadBefore = readLoad();
  const compared = await runCompare({
    subjects: wanted.filter((subject) => !missing.includes(subject)),
    probes: choose(probes, values.probe, "probe"),
    times: Number(values.times),
    onProgress: (text) => console.error(text),
  });
  const facts = [
    `Command: \`npm run compare${args.length === 0 ? "" : ` -- ${args.join(" ")}`}\``,
    ...describeMachine(),
    `Runs: ${values.times} of each probe, the worst is kept; load average ${loadBefore.toFixed(1)} before, ${readLoad().toFixed(1)} after`,
    `Left out: ${missing.map(({ name }) => name).join(", ") || "nothing"}`,
  ].map((fact) => `- ${fact}`);
  const short = `${toShortTable(compared)}\n\n${facts.join("\n")}`;
  const long = toLongTables(compared);
  console.log(`${short}\n\n${long}`);
  if (values.markdown === undefined) return;
  const document = await readFile(values.markdown, "utf8");
  const withShort = replaceSection(document, { name: "compare-short", body: short });
  await writeFile(values.markdown, replaceSection(withShort, { name: "compare", body: long }));
});

function choose<Named extends { readonly name: string }>(
  all: readonly Named[],
  names: string | undefined,
  what: string,
): readonly Named[] {
  if (names === undefined) return all;
  return names.split(",").map((name) => {
    const found = all.find((one) => one.name === name);
    if (found === undefined)
      throw new CommandError(`Unknown ${what} "${name}": one of ${all.map((one) => one.name).join(", ")}`);
    return found;
  });
}

// `npm run fuzz:journal`: thousands of courses of requests, refunds, leases and crashes against a counter object with a
// journal. Ends with 1 when one unit too many was let through, and names the seeds. Options: how many seeds, and the first.

import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { type Course, play } from "./fuzz-journal/play.ts";

/** Half crash about every second, a quarter three times a second. In the others nothing hides what one crash forgot. */
const COURSES: readonly Course[] = [
  { seconds: 20, crashMs: 900 },
  { seconds: 20, crashMs: 900 },
  { seconds: 10, crashMs: 300 },
  { seconds: 40, crashMs: 20_000 },
];

const USAGE = `Usage: npm run fuzz:journal -- [options]
  --seeds <n>   courses that are played: 9000 unless said
  --first <n>   the seed of the first: 1 unless said
  --help`;

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      seeds: { type: "string", default: "9000" },
      first: { type: "string", default: "1" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const first = Number(values.first);
  const startedMs = performance.now();
  const total = { over: 0, crashes: 0, requests: 0, denied: 0, slotWrites: 0, rowWrites: 0 };
  const wrong: number[] = [];
  for (let seed = first; seed < first + Number(values.seeds); seed += 1) {
    const played = play(seed, COURSES[seed % COURSES.length] ?? { seconds: 20, crashMs: 900 });
    if (played.over > 0) wrong.push(seed);
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += played[name];
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`${values.seeds} seeds in ${seconds} s: ${JSON.stringify(total)}`);
  if (wrong.length > 0) {
    const seeds = wrong.slice(0, 20).join(" ");
    throw new CommandError(
      `Cannot allow ${total.over} units: too many with ${wrong.length} seeds (${seeds})`,
    );
  }
});

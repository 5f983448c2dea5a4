// `npm run prove:shedding`: load shedding by the code that ships, in a simulation with 1, 40 and 200 isolates, and on
// workerd in front of an origin of 20 slots. Ends with 1 when a promise is broken.

import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { playOnWorkerd } from "./prove-shedding/on-workerd.ts";
import { type Case, judge, others, tuned } from "./prove-shedding/scenarios.ts";

const SEEDS = [101, 102, 103] as const;

const toPercent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);

/** The worst of the seeds. */
function print(one: Case): number {
  const outcomes = SEEDS.map((seed) => judge(one, seed));
  const least = (read: (outcome: (typeof outcomes)[number]) => number): string =>
    toPercent(Math.min(...outcomes.map(read)));
  const shed = toPercent(Math.max(...outcomes.map((outcome) => outcome.shed)));
  const broken = [...new Set(outcomes.flatMap((outcome) => outcome.broken))];
  const figures = [
    least(({ good }) => good),
    least(({ critical }) => critical),
    shed,
    least((o) => o.others),
  ];
  console.log(
    [
      one.scenario.name.padEnd(40),
      ...figures,
      broken.length === 0 ? "" : `BROKEN: ${broken.join(", ")}`,
    ].join("  "),
  );
  return broken.length;
}

await runCommand(async () => {
  const heads = ["goodput", "critical", "shed", "others"].map((head) => head.padStart(8));
  console.log(`In a simulation, the worst of seeds ${SEEDS.join(", ")}; from 5 s after the jump in load:`);
  console.log([" ".repeat(40), ...heads].join("  "));
  let broken = 0;
  for (const one of tuned) broken += print(one);
  console.log("Other courses:");
  for (const one of others) broken += print(one);
  console.log("On workerd, an origin of 20 slots and 50 ms, twice its load for 20 s:");
  const real = await playOnWorkerd();
  console.log(
    `  answered in time ${toPercent(real.good)} of what it could, critical ${toPercent(real.critical)}`,
  );
  console.log(`  without adapt    ${toPercent(real.without)}`);
  if (real.good < 0.85 || real.critical < 0.95) broken += 1;
  if (broken > 0) throw new CommandError(`Cannot keep ${broken} promises`);
  console.log("Every promise was kept.");
});

// `npm run prove:shedding`: load shedding by the code that ships, in a simulation with 1, 40 and 200 isolates, in scenarios
// that it was tuned on and in others, and on workerd in front of an origin of 20 slots. Ends with 1 when a promise is broken.
// `--fresh 7000` takes other scenarios from that seed on, and plays these alone.

import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { toFresh } from "./prove-shedding/fresh.ts";
import { playOnWorkerd, SERVICE_MS } from "./prove-shedding/on-workerd.ts";
import { type Case, judge, others, tuned } from "./prove-shedding/scenarios.ts";

const SEEDS = [101, 102, 103] as const;
const FRESH = { from: 8_000, count: 40 } as const;
/** An hour is long enough to be played once. */
const LONG_SECONDS = 1_000;
/** How old the news of a controller are that knows everything, in seconds: none, and as old as isolates' are. */
const IDEAL_SECONDS = [0, 1.5] as const;

const toPercent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);

/** The worst of the seeds, and what could be had. */
function print(one: Case, seeds: readonly number[]): number {
  const outcomes = seeds.map((seed) => judge(one, seed));
  const least = (read: (outcome: (typeof outcomes)[number]) => number): string =>
    toPercent(Math.min(...outcomes.map(read)));
  const shed = toPercent(Math.max(...outcomes.map((outcome) => outcome.shed)));
  const broken = [...new Set(outcomes.flatMap((outcome) => outcome.broken))];
  const ideals = one.wanted.goodMin === undefined ? [] : IDEAL_SECONDS.map((age) => toIdeal(one, seeds, age));
  const figures = [least(({ good }) => good), least(({ critical }) => critical), shed, ...ideals];
  console.log(
    [
      one.scenario.name.padEnd(52),
      ...figures,
      broken.length === 0 ? "" : `BROKEN: ${broken.join(", ")}`,
    ].join("  "),
  );
  return broken.length;
}

function toIdeal({ scenario, ...rest }: Case, [seed = 1]: readonly number[], idealSeconds: number): string {
  return toPercent(judge({ ...rest, scenario: { ...scenario, idealSeconds } }, seed).good);
}

const printAll = (cases: readonly Case[]): number => {
  let broken = 0;
  for (const one of cases) broken += print(one, one.scenario.seconds > LONG_SECONDS ? [SEEDS[0]] : SEEDS);
  return broken;
};

function printFresh(from: number): number {
  const seeds = Array.from({ length: FRESH.count }, (_, at) => from + at);
  console.log(`Scenarios by chance, seeds ${from} to ${from + FRESH.count - 1}:`);
  let broken = 0;
  for (const seed of seeds) broken += print(toFresh(seed), [seed]) > 0 ? 1 : 0;
  console.log(`  ${FRESH.count - broken} of ${FRESH.count} keep all promises`);
  return broken;
}

async function playReal(): Promise<number> {
  console.log(`On workerd, an origin of 20 slots and ${SERVICE_MS} ms, twice its load for 20 s:`);
  const real = await playOnWorkerd();
  console.log(
    `  answered in time ${toPercent(real.good)} of what it could, critical ${toPercent(real.critical)}`,
  );
  console.log(`  without adapt    ${toPercent(real.without)}`);
  const isStarved = real.lagMs > SERVICE_MS;
  const hint = isStarved ? ": this machine had no time, so it was measured, and not the gateway" : "";
  console.log(`  clients and origin were late by ${real.lagMs.toFixed(0)} ms at most${hint}`);
  return real.good < 0.85 || real.critical < 0.95 ? 1 : 0;
}

await runCommand(async () => {
  const heads = ["goodput", "critical", "shed", "ideal", "ideal 1.5"].map((head) => head.padStart(8));
  const at = process.argv.indexOf("--fresh");
  console.log(`In a simulation, the worst of seeds ${SEEDS.join(", ")}; from 5 s after the jump in load:`);
  console.log([" ".repeat(52), ...heads].join("  "));
  if (at >= 0) {
    printFresh(Number(process.argv[at + 1]));
    return;
  }
  let broken = printAll(tuned);
  console.log("Other courses:");
  broken += printAll(others);
  broken += printFresh(FRESH.from);
  broken += await playReal();
  if (broken > 0) throw new CommandError(`Cannot keep ${broken} promises`);
  console.log("Every promise was kept.");
});

// `npm run prove:shedding`: load shedding by the code that ships, in a simulation with 1, 40 and 200 isolates, in scenarios
// that it was tuned on and in others, and on workerd in front of an origin of 20 slots. Ends with 1 when a promise is broken
// that could be kept. What a controller that knows everything, at once, misses as well under the same chance is said by name,
// and then as much is required of what that one gets.
// `--fresh 7000` takes other scenarios from that seed on, and plays these alone.

import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { toFresh } from "./prove-shedding/fresh.ts";
import { playOnWorkerd, SERVICE_MS } from "./prove-shedding/on-workerd.ts";
import { type Case, judge, type Outcome, others, tuned, type Wanted } from "./prove-shedding/scenarios.ts";

const SEEDS = [101, 102, 103] as const;
const FRESH = { from: 8_000, count: 40 } as const;
/** An hour is long enough to be played once. */
const LONG_SECONDS = 1_000;
/** Promises that chance can make impossible to keep. */
const SHARES: ReadonlySet<string> = new Set(["goodput", "critical"]);
/** How old the news of isolates are, in seconds. */
const LATE_SECONDS = 1.5;

const toPercent = (share: number): string => `${(share * 100).toFixed(1)} %`.padStart(8);

interface Judged {
  readonly wanted: Wanted;
  readonly seed: number;
  readonly outcome: Outcome;
  /** Who knows everything, and of now. */
  readonly ideal: Outcome | undefined;
}

/** The worst of the seeds, and what could be had; returns how many promises are broken that could be kept. */
function print(one: Case, seeds: readonly number[]): number {
  const isShared = one.wanted.goodMin !== undefined;
  const all = seeds.map((seed): Judged => {
    const ideal = isShared ? judgeIdeal(one, seed, 0) : undefined;
    return { wanted: one.wanted, seed, outcome: judge(one, seed), ideal };
  });
  const least = (read: (outcome: Outcome) => number): string =>
    toPercent(Math.min(...all.map(({ outcome }) => read(outcome))));
  const shed = toPercent(Math.max(...all.map(({ outcome }) => outcome.shed)));
  const ideals = all.flatMap(({ ideal }) => ideal?.good ?? []);
  const late = isShared ? [toPercent(judgeIdeal(one, seeds[0] ?? 1, LATE_SECONDS).good)] : [];
  const broken = unique(all.flatMap(toBroken));
  const figures = [
    least(({ good }) => good),
    least(({ critical }) => critical),
    shed,
    ...(isShared ? [toPercent(Math.min(...ideals)), ...late] : []),
    ...(broken.length === 0 ? [] : [`BROKEN: ${broken.join(", ")}`]),
    ...unique(all.flatMap(toBeyond)),
  ];
  console.log([one.scenario.name.padEnd(52), ...figures].join("  "));
  return broken.length;
}

/** What is missed, though who knows everything keeps it, or answers far more. */
const toBroken = (one: Judged): readonly string[] =>
  one.outcome.broken.filter((promise) => !isBeyond(promise, one));

/** What is missed, and by who knows everything as well: by name and number. */
const toBeyond = (one: Judged): readonly string[] =>
  one.outcome.broken
    .filter((promise) => isBeyond(promise, one))
    .map((promise) => {
      const [own, ideal] = toShares(promise, one).map((share) => toPercent(share).trim());
      return `NOBODY COULD (seed ${one.seed}): ${promise} ${own}, ideal ${ideal}`;
    });

/** Who knows everything misses it as well: then the promise holds of what that one gets. */
function isBeyond(promise: string, one: Judged): boolean {
  if (!SHARES.has(promise) || one.ideal?.broken.includes(promise) !== true) return false;
  const { goodMin = 1, criticalMin = 1 } = one.wanted;
  const [own, ideal] = toShares(promise, one);
  return own >= ideal * (promise === "critical" ? criticalMin : goodMin);
}

function toShares(promise: string, { outcome, ideal }: Judged): readonly [own: number, ideal: number] {
  const read = ({ good, critical }: Outcome): number => (promise === "critical" ? critical : good);
  return [read(outcome), ideal === undefined ? 1 : read(ideal)];
}

function judgeIdeal({ scenario, ...rest }: Case, seed: number, idealSeconds: number): Outcome {
  return judge({ ...rest, scenario: { ...scenario, idealSeconds } }, seed);
}

const unique = (names: readonly string[]): readonly string[] => [...new Set(names)];

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

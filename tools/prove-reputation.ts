// `npm run prove:reputation`: who becomes suspect or banned by the defaults, with the core code of isolates and counter
// objects and hours that pass in seconds. Ends with 1 where a promise is broken.

import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { attack, flood, liveOn, openOffice, rest, SCANNER, STUFFER } from "./prove-reputation/scenarios.ts";

const PROMISED = { requestsMax: 60, msMax: 10_000 };
const ISOLATES = [1, 10, 40] as const;

const { values } = parseArgs({ options: { seed: { type: "string", default: "20261128" } } });

await runCommand(() => {
  const seed = Number(values.seed);
  if (!Number.isSafeInteger(seed)) throw new CommandError("Cannot prove: --seed must be a whole number");
  const broken: string[] = [];
  const hold = (holds: boolean, said: string): void => {
    console.log(`${holds ? "held  " : "BROKEN"}  ${said}`);
    if (!holds) broken.push(said);
  };
  for (const [name, happened] of [
    ["a scanner of 200 unknown paths", SCANNER],
    ["a stuffer of credentials", STUFFER],
  ] as const) {
    for (const isolates of ISOLATES) {
      const { requests, ms } = attack({ happened, isolates, everyMs: 100, requests: 200 }, seed);
      const isCaught =
        requests !== undefined &&
        ms !== undefined &&
        requests <= PROMISED.requestsMax &&
        ms <= PROMISED.msMax;
      const when =
        requests === undefined ? "never suspect" : `suspect after ${requests} requests and ${ms} ms`;
      hold(isCaught, `${name}, ${isolates} isolates: ${when}`);
    }
  }
  const week = liveOn({ clients: 1_000, days: 7, isolates: 40 }, seed);
  hold(
    week.banned === 0 && week.suspects <= 1,
    `1,000 clients for a week, ${week.requests} requests: ${week.suspects} suspect, ${week.banned} banned, highest score ${week.scoreMax.toFixed(1)}`,
  );
  for (const isolates of [1, 40, 200]) {
    const office = openOffice({ people: 500, hours: 4, isolates, faults: 0.01 }, seed);
    hold(
      office.banned === 0,
      `an office of 500 behind one address, ${isolates} isolates, 1 % of ${office.requests} requests refused credentials: ${office.suspects} suspect, ${office.banned} banned, highest score ${office.scoreMax.toFixed(1)}`,
    );
  }
  const { before, after } = rest();
  hold(
    Math.abs(after / before - 0.5) < 1e-9,
    `a score of ${before.toFixed(1)} is ${after.toFixed(1)} ten minutes later`,
  );
  const rows = flood(20_000);
  hold(rows === 0, `20,000 addresses with one fault each leave ${rows} rows`);
  if (broken.length > 0) throw new CommandError(`${broken.length} promises are broken`);
  return Promise.resolve();
});

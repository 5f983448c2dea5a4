// `npm run simulate:leases`: many isolates lease from one counter object, in every kind of weather, and a log of what they
// let through is held against the policy. Ends with 1 when one unit too many was let through.

import { CommandError, runCommand } from "../src/cli/command-error.ts";
import type { Outcome } from "./simulate-leases/outcome.ts";
import { scenarios } from "./simulate-leases/scenarios.ts";
import { simulate } from "./simulate-leases/simulate.ts";

const SEED = 20_261_122;
const HEADINGS = [
  "algorithm",
  "scenario",
  "isolates",
  "load",
  "requests",
  "over",
  "utilisation",
  "Jain",
  "if exact",
  "calls/request",
  "rows/request",
  "p50 ms",
  "p99 ms",
  "misjudged",
] as const;
const WIDTHS = [14, 22, 8, 5, 8, 6, 11, 5, 8, 13, 12, 6, 6, 9] as const;

function toRow({ scenario, ...outcome }: Outcome): readonly string[] {
  return [
    scenario.options.algorithm,
    scenario.name,
    String(scenario.isolates),
    String(scenario.load),
    String(outcome.requests),
    String(Math.max(0, Math.ceil(outcome.over - 1e-6))),
    outcome.utilisation.toFixed(3),
    outcome.fairness.toFixed(2),
    outcome.exactFairness.toFixed(2),
    outcome.calls.toFixed(4),
    outcome.rows.toFixed(4),
    outcome.delayP50Ms.toFixed(0),
    outcome.delayP99Ms.toFixed(0),
    `${(outcome.misjudged * 100).toFixed(1)} %`,
  ];
}

function print(cells: readonly string[]): void {
  const padded = cells.map((cell, column) =>
    column < 2 ? cell.padEnd(WIDTHS[column] ?? 0) : cell.padStart(WIDTHS[column] ?? 0),
  );
  console.log(padded.join("  ").trimEnd());
}

await runCommand(async () => {
  const startedMs = performance.now();
  let over = 0;
  print(HEADINGS);
  for (const [index, scenario] of scenarios.entries()) {
    const outcome = simulate(scenario, SEED + index);
    if (outcome.over > 1e-6) over += 1;
    print(toRow(outcome));
  }
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(`\n${scenarios.length} scenarios with seed ${SEED} in ${seconds} s`);
  if (over > 0)
    throw new CommandError(`Cannot allow ${over} of them: more was let through than the policy says`);
});

// `npm run fuzz`: hostile requests to the admin API and hostile credentials, so many and by the seed that are named. Prints
// what was answered, and ends with 1 when an answer was a 500, undocumented, or did not come.

import { alignColumns } from "../src/cli/align-columns.ts";
import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { fuzz } from "./fuzz/fuzz.ts";
import type { Tally } from "./fuzz/send-inputs.ts";

const INPUTS_DEFAULT = "100000";
const INPUTS_MAX = 10_000_000;
/** Of the whole run: what takes longer is a hang. */
const RUN_MS_MAX = 30 * 60_000;

function readOptions(): { readonly inputs: number; readonly seed: number } {
  const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" } } });
  const [inputs, seed] = [
    Number(values.inputs ?? INPUTS_DEFAULT),
    Number(values.seed ?? Date.now() % 2 ** 31),
  ];
  if (!Number.isSafeInteger(inputs) || inputs < 2 || inputs > INPUTS_MAX)
    throw new CommandError(`Cannot fuzz: --inputs must be a number from 2 to ${INPUTS_MAX}`);
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new CommandError("Cannot fuzz: --seed must be a whole number");
  return { inputs, seed };
}

function toTable({ counts }: Tally): string {
  const statuses = [...new Set([...counts.values()].flatMap((group) => Array.from(group.keys())))].sort();
  const toRow = (name: string, group: ReadonlyMap<string, number>): readonly string[] => {
    const numbers = statuses.map((status) => group.get(status) ?? 0);
    return [name, ...[sum(numbers), ...numbers].map((number) => (number === 0 ? "" : String(number)))];
  };
  const groups = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const all = new Map(
    statuses.map((status) => [status, sum(groups.map(([, group]) => group.get(status) ?? 0))]),
  );
  const rows = [
    ["", "sent", ...statuses],
    ...groups.map(([name, group]) => toRow(name, group)),
    toRow("all", all),
  ];
  return alignColumns(rows, 1);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

await runCommand(async () => {
  const { inputs, seed } = readOptions();
  console.log(`Fuzzing with ${inputs} inputs, half to the admin API and half as credentials, --seed ${seed}`);
  const startedMs = performance.now();
  const overdue = setTimeout(() => {
    console.error(`Cannot wait any longer: ${RUN_MS_MAX / 60_000} minutes, --seed ${seed}`);
    process.exit(1);
  }, RUN_MS_MAX);
  let shown = 0;
  const onProgress = (sent: number): void => {
    if (sent < shown + inputs / 10) return;
    shown = sent;
    console.log(`  ${sent} answered after ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`);
  };
  const { tally, crashes } = await fuzz({ inputs, seed, onProgress });
  clearTimeout(overdue);
  console.log(`\n${toTable(tally)}\n`);
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(`${tally.sent} inputs answered in ${seconds.toFixed(1)} s, --seed ${seed}`);
  for (const { input, outcome } of tally.faults) console.error(`${outcome}: ${JSON.stringify(input)}`);
  for (const line of crashes.slice(0, 20)) console.error(line);
  if (tally.faults.length + crashes.length > 0)
    throw new CommandError("Cannot accept this: a 5xx, an undocumented answer, or none at all (above)");
});

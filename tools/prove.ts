// `npm run prove`: an adversary attacks every algorithm and prints the most that it got one window to admit, beside the
// bound that the documentation promises. Ends with 1 when a bound is broken.

import { alignColumns } from "../src/cli/align-columns.ts";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { type Proof, toProofs } from "./prove/proofs.ts";
import { type Finding, searchWorst } from "./prove/search.ts";

const SEARCH = { beamWidth: 60, depth: 14, climbs: 1_500, seed: 20_261_122 } as const;
const HEADINGS = ["algorithm", "policy", "limit", "worst found", "ratio", "bound", "promise", ""] as const;

function toPolicyText({ options, cost }: Proof): string {
  const shown = Object.entries(cost === 1 ? options : { ...options, cost }).filter(
    ([name]) => name !== "limit",
  );
  return shown.map(([name, value]) => `${name} ${String(value)}`).join(", ");
}

function toRow(proof: Proof, { worst }: Finding): readonly string[] {
  const { algorithm, options, worstCase } = proof;
  const limit = Number(options["limit"]);
  return [
    algorithm,
    toPolicyText(proof),
    String(limit),
    String(worst),
    `${(worst / limit).toFixed(2)} x`,
    String(worstCase.unitsMax),
    worstCase.promise,
    isWithin(worstCase, worst) ? "ok" : "BROKEN",
  ];
}

const isWithin = ({ unitsMax }: Proof["worstCase"], worst: number): boolean => worst <= unitsMax;

await runCommand(async () => {
  const startedMs = performance.now();
  const rows: (readonly string[])[] = [HEADINGS];
  let broken = 0;
  for (const proof of toProofs()) {
    const finding = searchWorst(proof.attack, SEARCH);
    if (!isWithin(proof.worstCase, finding.worst)) broken += 1;
    rows.push(toRow(proof, finding));
  }
  console.log(alignColumns(rows));
  console.log(
    `\n${rows.length - 1} policies attacked in ${((performance.now() - startedMs) / 1_000).toFixed(1)} s`,
  );
  if (broken > 0) throw new CommandError(`Cannot prove ${broken} of them: a documented bound was exceeded`);
});

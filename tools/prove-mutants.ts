// `npm run prove:mutants`: breaks one line at a time of a copy of the project, and asks the test or simulation that holds the
// promise of that line. Ends with 1 where one does not notice, or fails unbroken. Words choose mutants by what they have in them.

import { rm } from "node:fs/promises";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import type { Proof } from "./prove-mutants/mutant.ts";
import { MUTANTS } from "./prove-mutants/mutants.ts";
import { askProof, copyProject, playMutant } from "./prove-mutants/play-mutant.ts";

const words = process.argv.slice(2);

await runCommand(async () => {
  const chosen = MUTANTS.filter(
    ({ promise, file }) => words.length === 0 || words.some((word) => `${promise} ${file}`.includes(word)),
  );
  if (chosen.length === 0) throw new CommandError(`Cannot prove: no mutant has ${words.join(" or ")} in it`);
  const folder = await copyProject();
  const failed: string[] = [];
  let died = 0;
  try {
    // What fails by itself notices nothing.
    for (const proof of new Map<string, Proof>(
      chosen.map(({ proof: one }) => [JSON.stringify(one), one]),
    ).values()) {
      if ((await askProof(folder, proof)) !== "lives")
        failed.push(`fails by itself: ${JSON.stringify(proof)}`);
    }
    for (const mutant of chosen) {
      const outcome = await playMutant(folder, mutant);
      console.log(`${outcome.padEnd(5)}  ${mutant.promise} (${mutant.file})`);
      if (outcome === "dies") died += 1;
      else failed.push(mutant.promise);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`${died} of ${chosen.length} mutants die`);
  if (failed.length > 0) throw new CommandError(`Not proven:\n  ${failed.join("\n  ")}`);
});

// `npm run simulate:fleet`: how often each object that many isolates share is asked, with the gateway as it ships in every
// isolate: a start of all at once, as a deploy has it, a purge and a revocation. Ends with 1 where one is asked more than it
// bears, or a purge or a revocation holds too late.

import { parseArgs } from "node:util";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { play } from "./simulate-fleet/play.ts";

const SEED = 20_261_128;
/** An object answers about a thousand calls a second. */
const PEAK_MAX = 700;
const MEAN_MAX = 300;

const WIDTHS = [24, 14, 14] as const;

function print(cells: readonly string[]): void {
  console.log(
    cells
      .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      isolates: { type: "string", default: "10000" },
      centres: { type: "string", default: "300" },
      rate: { type: "string", default: "2000" },
      seconds: { type: "string", default: "60" },
    },
  });
  const startedMs = performance.now();
  const { objects, answers, late, isolates } = await play({
    isolates: Number(values.isolates),
    dataCentres: Number(values.centres),
    perSecond: Number(values.rate),
    seconds: Number(values.seconds),
    seed: SEED,
  });
  print(["object", "peak calls/s", "mean calls/s"]);
  const broken: string[] = [];
  for (const { object, peak, mean } of objects.toSorted((one, other) => other.peak - one.peak)) {
    if (peak > PEAK_MAX || mean > MEAN_MAX) broken.push(object);
    print([object, String(peak), mean.toFixed(0)]);
  }
  const seen = [...answers].map(([status, count]) => `${count} of ${status}`).join(", ");
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  console.log(
    `\n${isolates} isolates in ${values.centres} data centres, ${values.rate} requests/s for ${values.seconds} s (${seen}), seed ${SEED}, in ${seconds} s`,
  );
  console.log(`too late: ${late.purged} answers from before the purge, ${late.revoked} for the revoked key`);
  if (late.purged + late.revoked > 0) throw new CommandError("A purge or a revocation holds too late");
  if (broken.length > 0)
    throw new CommandError(
      `More than ${PEAK_MAX} calls in a second, or ${MEAN_MAX} in the mean: ${broken.join(", ")}`,
    );
});

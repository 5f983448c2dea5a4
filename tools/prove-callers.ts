// `npm run prove:callers`: the real clients of other people's APIs, through Headgate on workerd, in front of stand-ins that
// answer as those APIs do. Ends with 1 when a promise is broken.

import { alignColumns } from "../src/cli/align-columns.ts";
import { CommandError, runCommand } from "../src/cli/command-error.ts";
import { playAll } from "./prove-callers/play.ts";
import { startStand } from "./prove-callers/stand.ts";

const PLAN = {
  budget: 40,
  windowMs: 10_000,
  paced: { limit: 10, windowMs: 3_000 },
  // What a burst takes to arrive, and what calls are held back for those that arrived late, is no matter of the window: half a
  // second here, for which a window of 6 seconds is too short.
  large: { limit: 60, windowMs: 10_000 },
  isTimed: true,
};

await runCommand(async () => {
  const stand = await startStand(PLAN);
  try {
    const promised = await playAll(stand);
    const rows = promised.map(({ what, wanted, seen, figure = "" }) => [what, wanted, seen, figure]);
    console.log(alignColumns([["what", "promised", "seen", "measured"], ...rows]));
    const broken = promised.filter(({ wanted, seen }) => wanted !== seen);
    if (broken.length > 0)
      throw new CommandError(`Cannot prove: ${broken.map(({ what }) => what).join("; ")}`);
    console.log("All promises hold.");
  } finally {
    await stand.close();
  }
});

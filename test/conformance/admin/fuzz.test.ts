// Whatever is sent to the admin API or shown as a credential, the answer is a documented one and never a 500. A few
// thousand here; `npm run fuzz` sends 100,000.

import { expect, it } from "vitest";
import { fuzz } from "../../../tools/fuzz/fuzz.ts";

const INPUTS = 3_000;

it(
  `${INPUTS} strange requests and credentials are answered without a 500`,
  { timeout: 180_000 },
  async () => {
    const seed = Date.now() % 2 ** 31;
    const { tally, crashes } = await fuzz({ inputs: INPUTS, seed });
    expect([tally.faults, crashes], `--seed ${seed}`).toEqual([[], []]);
    expect(tally.sent).toBe(INPUTS);
    // Else they would all have failed at the same door.
    const groups = [...tally.counts.keys()];
    expect(groups.filter((name) => name.startsWith("credential")).length).toBeGreaterThan(5);
    expect(groups.filter((name) => name.startsWith("POST /")).length).toBeGreaterThan(8);
    for (const status of ["200", "201", "400", "401", "403", "404", "405", "412", "428"])
      expect(tally.count(status), status).toBeGreaterThan(0);
  },
);

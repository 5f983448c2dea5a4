// Requests that cost more than there is, nothing, or less than nothing.

import { isAdmitted } from "../client.ts";
import { NOT_ASKED } from "../cell.ts";
import type { Probe, Tried } from "../probe.ts";

const RULES = { general: { units: 5, windowMs: 60_000 } };

export const costs: Probe = {
  name: "costs",
  title: "Left of 5 after a cost of 9; cost 0 when empty; left of 2 after a refused 4; left of 5 after -50",
  explanation:
    "5; 200; 2; 5 or less are right: what is refused takes nothing, and nobody gives himself credit. Costs come from the application, so a negative one is a fault in it, which ought not to lift the limit.",
  run: async ({ subject, start }) => {
    if (subject.can.cost !== true) return NOT_ASKED;
    const fresh = (): Promise<Tried> => start(RULES);
    const [above, empty, partly, negative] = [await fresh(), await fresh(), await fresh(), await fresh()];
    await ask(above, 9);
    const afterAbove = await countLeft(above);
    for (let time = 0; time < 5; time += 1) await ask(empty, 1);
    const { status } = await ask(empty, 0);
    for (let time = 0; time < 3; time += 1) await ask(partly, 1);
    await ask(partly, 4);
    const afterPartly = await countLeft(partly);
    await ask(negative, -50);
    const afterNegative = await countLeft(negative);
    return {
      text: `${afterAbove}; ${status}; ${afterPartly}; ${afterNegative}`,
      badness: 5 - afterAbove + (status === 200 ? 0 : 1) + (2 - afterPartly) + Math.max(0, afterNegative - 5),
    };
  },
};

const ask = (tried: Tried, cost: number): ReturnType<Tried["ask"]> =>
  tried.ask({ fields: { "X-Cost": String(cost) } });

async function countLeft(tried: Tried): Promise<number> {
  let left = 0;
  while (left < 30 && isAdmitted(await ask(tried, 1))) left += 1;
  return left;
}

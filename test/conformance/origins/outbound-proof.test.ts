// `npm run prove:outbound` in short, with the bounds of a machine that does much else meanwhile: a real gateway between ten
// clients and the Graph API stand-in, at three times the budget.

import { expect, it } from "vitest";
import { findBroken, toOutcome } from "../../../tools/prove-outbound/outcome.ts";
import { playThrough } from "../../../tools/prove-outbound/play.ts";

/** A second of delay is a third of a window here, and a tenth in the command. */
const PLAN = { windows: 3, windowMs: 3_000, budget: 60, margin: 2 };

it("ten clients at three times the budget: it is used and hardly exceeded, and urgent calls go first", async () => {
  const outcome = toOutcome(PLAN, await playThrough(PLAN));
  const throttledLaterMax = PLAN.budget * (PLAN.windows - 1) * 0.15;
  expect(findBroken({ ...outcome, seen: 0 }, { throttledLaterMax, usedMin: 0.7 })).toEqual([]);
  // Without a gateway it is two thirds of all that they ask for.
  expect(outcome.seen).toBeLessThan(outcome.asked * 0.05);
}, 120_000);

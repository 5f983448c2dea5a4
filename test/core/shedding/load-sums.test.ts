import { expect, test } from "vitest";
import { LoadSums } from "../../../src/core/shedding/load-sums.ts";
import type { LoadReport } from "../../../src/core/shedding/load.ts";

const toReport = (elapsedMs: number, asked: number, flight: number): LoadReport => ({
  isolate: "a",
  elapsedMs,
  flightMs: flight * elapsedMs,
  arrivals: [0, asked, 0],
  answers: asked,
  bad: 0,
  top: [],
  known: undefined,
  isShadow: false,
});

test("sum() divides by both times what comes before it was due, and shows what is on its way as it is now", () => {
  const sums = new LoadSums();
  sums.add(toReport(1_000, 200, 10), 1_000, 1_000);
  // It came because of what it tells: alone it would say that 400 a second are asked for.
  sums.add(toReport(300, 120, 60), 1_300, 1_000);
  const { asked, answers, flight } = sums.sum(1_300);
  expect([Math.round(asked), Math.round(answers), flight]).toEqual([246, 246, 60]);
  sums.add(toReport(1_000, 400, 20), 2_300, 1_000);
  expect(sums.sum(2_300).asked).toBe(400);
});

test("sum() does not go by what an isolate said that was silent for long", () => {
  const sums = new LoadSums();
  sums.add(toReport(1_000, 200, 10), 1_000, 1_000);
  sums.add(toReport(300, 120, 60), 9_000, 1_000);
  expect(sums.sum(9_000).asked).toBe(400);
});

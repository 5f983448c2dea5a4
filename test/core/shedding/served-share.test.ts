import { expect, test } from "vitest";
import { ServedShare } from "../../../src/core/shedding/served-share.ts";

test("correct() asks for as much more as was let in too little, within bounds", () => {
  const served = new ServedShare();
  expect(served.correct(0.4)).toBe(0.4);
  served.add(4_000, 3_600);
  expect(served.correct(0.4)).toBeCloseTo(0.444, 2);
  served.add(1_000_000, 100_000);
  expect(served.correct(0.4)).toBeCloseTo(0.5, 6);
});

test("correct() believes little of few, and forgets", () => {
  const served = new ServedShare();
  served.add(2, 0);
  expect(served.correct(0.4)).toBeLessThan(0.45);
  served.add(400, 500);
  for (let step = 0; step < 60; step += 1) served.correct(0.4);
  expect(served.correct(0.4)).toBeCloseTo(0.4, 2);
});

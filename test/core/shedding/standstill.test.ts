import { describe, expect, test } from "vitest";
import { Standstill } from "../../../src/core/shedding/standstill.ts";

const CALM = { arrivals: [0, 100, 0], asked: 100, bad: 0, flight: 20, age: 0.5, span: 1 };

/** After how many of so many steps holding back is found to be of no use; the first seven tell of the time before. */
function countSteps(lates: readonly number[], answersOf: (step: number) => number): number | undefined {
  const standstill = new Standstill(100, false);
  for (let step = 1; step <= 30; step += 1) {
    const late = lates[step % lates.length] ?? NaN;
    const outcome = standstill.add({ ...CALM, answers: answersOf(step) }, { late, badShare: 0 }, late > 1.75);
    if (outcome !== undefined) return step;
  }
  return undefined;
}

describe("add()", () => {
  const fewer = (step: number): number => (step <= 7 ? 100 : 60);

  test("finds an origin slow where no step is quick for long and far less is answered, whatever chance does", () => {
    expect(countSteps([1.7, 5, 1.7], fewer)).toBeGreaterThan(10);
    expect(countSteps([1.7, 5, 1.7], fewer)).toBeLessThan(20);
  });

  test("does not where one of the steps is quick, as much is answered as before, or the line is long and goes", () => {
    expect(countSteps([1.7, 5, 1.2], fewer)).toBeUndefined();
    expect(countSteps([1.7, 5, 1.7], () => 100)).toBeUndefined();
    expect(countSteps([1.7, 9, 3], fewer)).toBeUndefined();
  });
});

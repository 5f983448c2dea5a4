import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { earn, NEW_BUDGET, type RetryBudget, spend } from "../../../src/core/origins/retry-budget.ts";

/** How many retries a budget gives until it gives none. */
function drain(budget: RetryBudget, isElsewhere: boolean): number {
  let left: RetryBudget | undefined = budget;
  let retries = -1;
  while (left !== undefined) {
    retries += 1;
    left = spend(left, { isElsewhere });
  }
  return retries;
}

function earnTimes(times: number, percent = 10): RetryBudget {
  let budget = NEW_BUDGET;
  for (let time = 0; time < times; time += 1) budget = earn(budget, percent);
  return budget;
}

describe("a retry budget", () => {
  test.each([
    [0, 0, 10],
    [9, 0, 10],
    [10, 1, 11],
    [19, 1, 11],
    [100, 10, 20],
    [10_000, 50, 60],
  ])(
    "after %i requests gives %i retries on the same origin, or %i elsewhere",
    (requests, same, elsewhere) => {
      expect([drain(earnTimes(requests), false), drain(earnTimes(requests), true)]).toEqual([
        same,
        elsewhere,
      ]);
    },
  );

  test("of 0 percent gives no more than its reserve", () => {
    expect([drain(earnTimes(1_000, 0), false), drain(earnTimes(1_000, 0), true)]).toEqual([0, 10]);
  });

  test("adds at most its share to what clients send to one origin, in whatever order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.array(fc.boolean(), { maxLength: 500 }),
        (percent, list) => {
          let budget = NEW_BUDGET;
          let [requests, retries] = [0, 0];
          for (const isRequest of list) {
            if (isRequest) {
              requests += 1;
              budget = earn(budget, percent);
              continue;
            }
            const left = spend(budget, { isElsewhere: false });
            if (left === undefined) continue;
            budget = left;
            retries += 1;
          }
          expect(retries * 100).toBeLessThanOrEqual(requests * percent);
        },
      ),
    );
  });
});

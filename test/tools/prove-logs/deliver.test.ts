// What `npm run prove:logs` takes for a line that is lost.

import { describe, expect, it } from "vitest";
import { findLost } from "../../../tools/prove-logs/deliver.ts";

const delivery = (given: object): Parameters<typeof findLost>[0] => ({
  written: 100,
  arrived: 90,
  twice: 0,
  counts: { taken: 90, waiting: 3, dropped: 7 },
  ...given,
});

describe("findLost()", () => {
  it.each([
    ["all are known", {}],
    ["a dropped line arrived after all", { arrived: 95 }],
  ])("accepts it where %s", (_what, given) => {
    expect(findLost(delivery(given))).toEqual([]);
  });

  it.each([
    ["a line arrived twice", { twice: 1 }, /1 lines arrived twice/],
    ["a line was never counted", { written: 101 }, /101 lines were written, and 100 counted/],
    ["what was taken never arrived", { arrived: 89 }, /90 lines were counted as taken, and 89 arrived/],
    [
      "more are missing than are known",
      { arrived: 85, counts: { taken: 85, waiting: 0, dropped: 10 } },
      /15 lines did/,
    ],
  ])("refuses it where %s", (_what, given, wanted) => {
    expect(findLost(delivery(given)).join("; ")).toMatch(wanted);
  });
});

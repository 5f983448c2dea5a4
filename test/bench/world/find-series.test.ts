import { describe, expect, test } from "vitest";
import { DELAYS } from "../../../bench/world/distances.ts";
import { type Call, findSeries } from "../../../bench/world/find-series.ts";

const call = (distance: Call["distance"], begin: number, end: number): Call => ({ distance, begin, end });
const seriesOf = (...calls: readonly Call[]): readonly string[] =>
  findSeries(calls, { begin: 10, end: 100 }, DELAYS);

describe("findSeries()", () => {
  test.each([
    ["nothing was asked", [], []],
    [
      "one after another",
      [call("far", 11, 20), call("near", 21, 30), call("cache", 31, 40)],
      ["far", "near", "cache"],
    ],
    ["beside each other: the dearer", [call("near", 11, 20), call("far", 12, 40)], ["far"]],
    [
      "a reserve and a commit in two objects",
      [call("near", 11, 13), call("near", 12, 14), call("near", 15, 18), call("near", 16, 19)],
      ["near", "near"],
    ],
    ["goes on after the answer", [call("near", 11, 20), call("far", 21, 101)], ["near"]],
    ["has no answer", [call("far", 11, Infinity)], []],
    ["was begun by the request before", [call("far", 5, 20), call("near", 21, 30)], ["near"]],
    [
      "a cheap one that leads to more than a dear one beside it",
      [call("near", 11, 20), call("far", 12, 40), call("far", 21, 50)],
      ["near", "far"],
    ],
  ] as const)("%s", (_name, calls, series) => {
    expect(seriesOf(...calls)).toEqual(series);
    expect(seriesOf(...[...calls].toReversed())).toEqual(series);
  });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import {
  addHistogram,
  addSparse,
  countBelow,
  countOf,
  createHistogram,
  type Histogram,
  recordMs,
  toLeastMs,
  toPercentile,
  toSparse,
} from "../../../src/core/stats/histogram.ts";
import { toRuns } from "../../property-runs.ts";

/** Half a bucket of the widest kind. */
const ERROR_MAX = 0.0625;
const LONGEST_MS = 131_071;

const durations = fc.array(fc.oneof(fc.nat(20), fc.nat(2_000), fc.nat(LONGEST_MS)), {
  minLength: 1,
  maxLength: 300,
});

function toHistogram(all: readonly number[]): Histogram {
  const histogram = createHistogram();
  for (const ms of all) recordMs(histogram, ms);
  return histogram;
}

test("toPercentile() is at most 6.25 % off, for any durations and shares", () => {
  const shares = fc.constantFrom(0.01, 0.5, 0.9, 0.99, 0.999, 1);
  fc.assert(
    fc.property(durations, shares, (all, share) => {
      const exact = all.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * all.length)) - 1] ?? 0;
      const read = toPercentile(toHistogram(all), share) ?? -1;
      expect(Math.abs(read - exact)).toBeLessThanOrEqual(exact * ERROR_MAX);
    }),
    { numRuns: toRuns(500) },
  );
});

test("a histogram keeps the sum and the number of what it was given, however it travels and is added up", () => {
  fc.assert(
    fc.property(durations, durations, (some, others) => {
      const travelled = createHistogram();
      addSparse(travelled, toSparse(toHistogram(some)));
      addHistogram(travelled, toHistogram(others));
      expect(travelled).toEqual(toHistogram([...some, ...others]));
      expect(travelled[0]).toBe([...some, ...others].reduce((sum, ms) => sum + ms, 0));
      expect(countOf(travelled)).toBe(some.length + others.length);
    }),
    { numRuns: toRuns(300) },
  );
});

test("5 ms and each doubling of it is the edge of a bucket: countBelow() is exact there", () => {
  const edges = Array.from({ length: 15 }, (_, doubling) => 5 * 2 ** doubling);
  for (const edge of edges) {
    const histogram = toHistogram([edge - 1, edge, edge + 1]);
    expect([edge, countBelow(histogram, edge)]).toEqual([edge, 1]);
  }
});

test("toLeastMs() begins where the bucket before ends: no duration has none, or two", () => {
  for (let bucket = 1; bucket < 120; bucket += 1) {
    const least = toLeastMs(bucket);
    expect(toSparse(toHistogram([least]))).toEqual([least, bucket, 1]);
    expect(toSparse(toHistogram([least - 1]))).toEqual([least - 1, bucket - 1, 1]);
  }
});

test("what is longer than the last bucket, or less than nothing, is counted all the same", () => {
  expect(toSparse(toHistogram([10_000_000, -5, 2 ** 40]))).toEqual([10_000_000 + 2 ** 40, 0, 1, 119, 2]);
  expect(toPercentile(createHistogram(), 0.5)).toBeUndefined();
});

test("buckets that no histogram has are left out of what travelled", () => {
  const histogram = createHistogram();
  addSparse(histogram, [5, 120, 3, -1, 4, 2, 1]);
  expect(toSparse(histogram)).toEqual([5, 2, 1]);
});

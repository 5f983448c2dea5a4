// What is written to Analytics Engine of one report: bounded, with the sum that was counted.

import { expect, test } from "vitest";
import { toDataPoints } from "../../../src/core/stats/data-points.ts";
import { toSeriesName } from "../../../src/core/stats/series.ts";

test("toDataPoints() has a point for each series: place, family and labels, and how many", () => {
  const counts = [[toSeriesName("requests", "/search", "denied", "429"), 7]] as const;
  expect(toDataPoints({ counts }, "EU")).toEqual([
    { indexes: ["/search"], blobs: ["EU", "requests", "/search", "denied", "429"], doubles: [7] },
  ]);
});

test.each([250, 251, 5_000])("of %d series there are at most 250 points, with the same sum", (series) => {
  const counts = Array.from(
    { length: series },
    (_, at) => [toSeriesName("units", `p${at}`), at + 1] as const,
  );
  const points = toDataPoints({ counts }, "EU");
  expect(points).toHaveLength(250);
  const sum = (series * (series + 1)) / 2;
  expect(points.reduce((all, { doubles }) => all + doubles[0], 0)).toBe(sum);
  expect(points[0]?.doubles).toEqual([series]);
});

test("an index has at most 96 bytes", () => {
  for (const name of ["a".repeat(200), "ä".repeat(200), "😀".repeat(200)]) {
    const [point] = toDataPoints({ counts: [[toSeriesName("units", name), 1]] }, "EU");
    expect(Buffer.byteLength(point?.indexes[0] ?? "")).toBeLessThanOrEqual(96);
  }
});

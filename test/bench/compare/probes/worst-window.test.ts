// The worst window counts what was surely decided within it, and nothing else.

import { expect, test } from "vitest";
import { findMost } from "../../../../bench/compare/probes/worst-window.ts";

const at = (sentAtMs: number, answeredAtMs = sentAtMs + 1) => ({ sentAtMs, answeredAtMs });

test("findMost() counts two bursts that lie in one window", () => {
  expect(findMost([at(0), at(1_800), at(1_810), at(2_100)], 2_000)).toBe(3);
});

test("findMost() counts nothing that may have been decided after the window", () => {
  expect(findMost([at(0), at(1_990, 2_010)], 2_000)).toBe(1);
  expect(findMost([at(0), at(1_990, 2_000)], 2_000)).toBe(2);
});

test("findMost() of nothing is 0", () => {
  expect(findMost([], 2_000)).toBe(0);
});

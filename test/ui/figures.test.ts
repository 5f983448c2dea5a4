import { describe, expect, it } from "vitest";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { addUp, isHit, rank, toTotals } from "../../ui/figures.ts";

describe("figures of an answer", () => {
  it("toTotals() adds up every row and point, and counts each decision once", () => {
    const answer = {
      requests: [
        { route: "a", outcome: "answered", code: "2xx", counts: [1, 2] },
        { route: "b", outcome: "denied", code: "429", counts: [3, 0] },
        { route: "b", outcome: "failed", code: "5xx", counts: [0, 4] },
      ],
      decisions: [
        { policy: "p", tier: "", outcome: "allowed", counts: [9, 9] },
        { policy: "p", tier: "pro", outcome: "degraded", counts: [0, 5] },
      ],
      cache: [
        { route: "a", result: "hit", counts: [6, 0] },
        { route: "a", result: "uri-miss", counts: [1, 1] },
      ],
    } as unknown as StatsAnswer;
    expect(toTotals(answer)).toEqual({
      requests: 10,
      denied: 3,
      failed: 4,
      degraded: 5,
      cacheHits: 6,
      cacheAsked: 8,
    });
  });

  it.each([
    ["hit", true],
    ["collapsed", true],
    ["stale-if-error", true],
    ["stale", false],
    ["miss", false],
  ])("isHit() of %s is %s", (result, wanted) => {
    expect(isHit(result)).toBe(wanted);
  });

  it("addUp() adds rows point by point, and rank() by name, the largest first", () => {
    const rows = [
      { by: "x", counts: [1, 1] },
      { by: "y", counts: [5, 0] },
      { by: "x", counts: [0, 2] },
    ];
    expect(addUp(rows, 3)).toEqual([6, 3, 0]);
    expect(rank(rows, ({ by }) => by)).toEqual([
      { name: "y", count: 5 },
      { name: "x", count: 4 },
    ]);
  });
});

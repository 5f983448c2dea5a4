import { describe, expect, test } from "vitest";
import { summarize } from "../../../bench/measures/summarize.ts";
import { toRow } from "../sample-turns.ts";

const cpu = (...values: readonly number[]) => values.map((cpuUs) => ({ cpuUs }));

describe("summarize()", () => {
  test("takes ratios within each round, and their median", () => {
    const [, headgate] = summarize([
      toRow({ contender: "forward-only", turns: cpu(100, 200, 400) }),
      toRow({ contender: "headgate-exact", turns: cpu(300, 300, 1_000) }),
    ]);
    // 3, 1.5 and 2.5; the medians' own ratio would be 1.5.
    expect([headgate?.cpuUs, headgate?.timesForward, headgate?.timesBare]).toEqual([300, 2.5, undefined]);
  });

  test("adds up what was answered, and what of it reached the origin", () => {
    const outcomes = [
      new Map<number | "failed", number>([
        [200, 30],
        [429, 60],
      ]),
      new Map<number | "failed", number>([
        [500, 9],
        ["failed", 1],
      ]),
    ];
    const [row] = summarize([
      toRow({
        contender: "headgate-exact",
        workload: "flood",
        turns: [
          { outcomes, admitted: 30, allowed: 20, excess: 10 },
          { outcomes, admitted: 20, allowed: 20, excess: 0 },
        ],
      }),
    ]);
    expect(row).toMatchObject({
      succeeded: 60,
      denied: 120,
      other: 20,
      admitted: 50,
      allowed: 40,
      excess: 10,
      originPer1000: 250,
    });
  });

  test.each([
    ["headgate-exact", 1.45],
    ["upstash", undefined],
    ["nginx", undefined],
  ])("prices what Cloudflare runs: %s at %s dollars", (contender, dollars) => {
    const [row] = summarize([toRow({ contender, use: { calls: 1_000, rowsWritten: 1_000 } })]);
    expect(row?.dollars).toBe(dollars);
  });
});

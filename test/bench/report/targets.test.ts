import { describe, expect, test } from "vitest";
import { summarize } from "../../../bench/measures/summarize.ts";
import { toTargetTable } from "../../../bench/report/targets.ts";
import { type Sample, toRow } from "../sample-turns.ts";

const cpu = (...values: readonly number[]) => values.map((cpuUs) => ({ cpuUs }));

/** Target -> what was measured, and the verdict. */
function readVerdicts(samples: readonly Sample[]): ReadonlyMap<string, readonly string[]> {
  const lines = toTargetTable(summarize(samples.map(toRow)))
    .split("\n")
    .slice(2);
  return new Map(
    lines.map((line) => {
      const [, what = "", , measured = "", verdict = ""] = line.split("|").map((cell) => cell.trim());
      return [what, [measured, verdict]];
    }),
  );
}

const FORWARD = { contender: "forward-only", turns: cpu(100, 100) };
const BARE = { contender: "bare", turns: cpu(50, 50) };

describe("toTargetTable()", () => {
  test("says of nothing that it is met when nothing ran", () => {
    const verdicts = [...readVerdicts([]).values()];
    expect(verdicts.length).toBeGreaterThan(8);
    expect(verdicts.every(([measured, verdict]) => measured === "-" && verdict === "not measured")).toBe(
      true,
    );
  });

  test.each([
    [115, "1.15 x", "met"],
    [116, "1.16 x", "not met"],
  ])("holds the leased hot key of %i us against forwarding", (cpuUs, measured, verdict) => {
    const leased = { contender: "headgate-leased", like: "headgate-exact", turns: cpu(cpuUs, cpuUs) };
    expect(
      readVerdicts([FORWARD, leased]).get("hot key, leased: CPU against a Worker that only forwards"),
    ).toEqual([measured, verdict]);
  });

  test.each([
    [99, "met"],
    [100, "not met"],
  ])("wants a hit of %i us below forwarding, not at it", (cpuUs, verdict) => {
    const hit = { contender: "headgate-cache", workload: "cache-hit", turns: cpu(cpuUs, cpuUs) };
    const [, said] =
      readVerdicts([FORWARD, hit]).get("cache hit: CPU against a Worker that only forwards") ?? [];
    expect(said).toBe(verdict);
  });

  test("compares rows within their rounds", () => {
    const naive = { contender: "naive-object", turns: cpu(100, 400, 400) };
    const leased = { contender: "headgate-leased", like: "headgate-exact", turns: cpu(80, 80, 80) };
    const key = "hot key, leased: CPU against one naive object call a request";
    expect(readVerdicts([naive, leased]).get(key)).toEqual(["0.20 x", "met"]);
  });

  test("takes the leased policy where it ran, else the exact one", () => {
    const key = "hot key: rows written in 1,000 requests";
    const exact = { contender: "headgate-exact", use: { calls: 1_000, rowsWritten: 6 } };
    const leased = {
      contender: "headgate-leased",
      like: "headgate-exact",
      use: { calls: 10, rowsWritten: 2 },
    };
    expect(readVerdicts([exact]).get(key)).toEqual(["6.0", "not met"]);
    expect(readVerdicts([exact, leased]).get(key)).toEqual(["2.0", "met"]);
  });

  test("adds up what Headgate admitted above its limits, and not what peers did", () => {
    const key = "over-admission of Headgate, all rows together";
    const flooded = (contender: string, excess: number): Sample => ({
      contender,
      workload: "flood",
      turns: [{ outcomes: [new Map([[429, 9]])], allowed: 10, excess }],
    });
    expect(readVerdicts([BARE, flooded("hono-store", 9)]).get(key)).toEqual(["-", "not measured"]);
    expect(readVerdicts([flooded("headgate-exact", 0), flooded("hono-store", 9)]).get(key)).toEqual([
      "0",
      "met",
    ]);
    expect(readVerdicts([flooded("headgate-exact", 1)]).get(key)).toEqual(["1.0", "not met"]);
  });
});

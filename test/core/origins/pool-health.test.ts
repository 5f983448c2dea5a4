import { describe, expect, test } from "vitest";
import {
  addHealthCheck,
  addReports,
  type PoolHealth,
  toViews,
} from "../../../src/core/origins/pool-health.ts";
import { toPool } from "./pools.ts";

const START_MS = 1_700_000_000_000;
const A = "https://a.example";
const pool = toPool({
  breaker: { failures: 4, open: "5s", probes: 2 },
  checks: { path: "/up", down: 3, up: 2 },
});

/** Of its answers the bad ones come last. */
function report(health: PoolHealth, atMs: number, answers: number, bad: number, url = A): PoolHealth {
  return addReports(pool, health, {
    reports: [{ url, answers, bad, failures: bad }],
    nowMs: START_MS + atMs,
  });
}

function check(health: PoolHealth, atMs: number, ...results: readonly boolean[]): PoolHealth {
  const { checks } = pool;
  if (checks === undefined) throw new Error("the pool has no checks");
  let checked = health;
  for (const isGood of results)
    checked = addHealthCheck(checks, checked, { url: A, isGood, nowMs: START_MS + atMs });
  return checked;
}

const viewAt = (health: PoolHealth, atMs: number): unknown => toViews(health, START_MS + atMs)[0];
const open = (openForMs: number): unknown => ({ url: A, openForMs, isDown: false, upForMs: null });

describe("what isolates report", () => {
  test("is nothing while nobody has reported", () => {
    expect(toViews(new Map(), START_MS)).toEqual([]);
  });

  test("adds up to an open breaker, for the rest of its time", () => {
    const health = report(report(new Map(), 0, 2, 2), 100, 2, 2);
    expect([100, 2_100, 5_099, 5_100].map((atMs) => viewAt(health, atMs))).toEqual([
      open(5_000),
      open(3_000),
      open(1),
      open(0),
    ]);
  });

  test("does not add up when others have good answers", () => {
    expect(viewAt(report(report(report(new Map(), 0, 3, 3), 100, 5, 0), 200, 3, 3), 200)).toEqual(open(0));
  });

  test("opens it when one isolate's last answers are bad, whatever came before them", () => {
    expect(viewAt(report(new Map(), 0, 9, 3), 0)).toEqual(open(0));
    expect(viewAt(report(new Map(), 0, 9, 4), 0)).toEqual(open(5_000));
    expect(viewAt(report(report(new Map(), 0, 9, 2), 10, 2, 2), 10)).toEqual(open(5_000));
  });

  test("that comes late does not keep it open or close it", () => {
    const opened = report(new Map(), 0, 4, 4);
    expect(viewAt(report(report(opened, 2_000, 9, 9), 3_000, 9, 0), 3_000)).toEqual(open(2_000));
  });

  test("of probes closes it, or opens it again", () => {
    const opened = report(new Map(), 0, 4, 4);
    expect(viewAt(report(opened, 5_500, 1, 1), 5_500)).toEqual(open(5_000));
    const closed = report(opened, 5_500, 2, 0);
    expect(viewAt(report(closed, 5_600, 3, 3), 5_600)).toEqual(open(0));
  });

  test("of one path opens it for that one, and of many for all", () => {
    const reportPaths = (health: PoolHealth, atMs: number, paths: readonly number[]): PoolHealth => {
      const seen = { url: A, answers: paths.length, bad: paths.length, failures: paths.length };
      const told = { run: paths, bad: paths, good: [] };
      return addReports(pool, health, { reports: [{ ...seen, paths: told }], nowMs: START_MS + atMs });
    };
    const narrow = reportPaths(reportPaths(new Map(), 0, [1, 1]), 10, [1, 1]);
    expect(viewAt(narrow, 10)).toMatchObject({ openForMs: 5_000, paths: [1] });
    expect(viewAt(reportPaths(narrow, 20, [2, 3, 4]), 20)).toEqual(open(4_990));
    expect(viewAt(report(narrow, 5_100, 2, 0), 5_100)).toEqual(open(0));
  });

  test("of what is no member is left out", () => {
    expect(report(new Map(), 0, 4, 4, "https://other.example").size).toBe(0);
  });
});

describe("active checks", () => {
  const down = { url: A, openForMs: 0, isDown: true, upForMs: null };

  test.each([
    [[false, false], open(0)],
    [[false, false, true, false, false], open(0)],
    [[false, false, false], down],
    [[false, false, false, true], down],
    [[false, false, false, true, false, true], down],
    [[false, false, false, true, true], { ...down, isDown: false, upForMs: 700 }],
    [[true, true, true], open(0)],
  ] as const)("of %j", (results, view) => {
    expect(viewAt(check(new Map(), 300, ...results), 1_000)).toEqual(view);
  });
});

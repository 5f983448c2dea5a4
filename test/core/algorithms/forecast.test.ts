import { describe, expect, it } from "vitest";
import { algorithms, type AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import { toGoneInMs } from "../../../src/core/algorithms/forecast.ts";

const DAY_MS = 86_400_000;
const toPolicy = (algorithm: AlgorithmName, options: object): Parameters<typeof toGoneInMs>[0] => {
  const parsed = algorithms[algorithm].parseConfig(options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const { windowMs } = parsed.value as { windowMs?: number };
  return { algorithm, settings: parsed.value, windowMs };
};
const month = toPolicy("quota", { limit: 1_000, period: "month" });
const TENTH = Date.UTC(2026, 11, 11);
const LEFT_MS = 21 * DAY_MS;

describe("toGoneInMs()", () => {
  it("says when a month's quota is gone at the pace of its days so far", () => {
    const goneInMs = toGoneInMs(month, { used: 500, remaining: 500, resetMs: LEFT_MS }, TENTH);
    expect(new Date(TENTH + (goneInMs ?? 0)).toISOString()).toBe("2026-12-21T00:00:00.000Z");
  });

  it.each([
    ["it lasts until the month ends", month, { used: 300, remaining: 700, resetMs: LEFT_MS }],
    ["it is gone already", month, { used: 1_000, remaining: 0, resetMs: LEFT_MS }],
    ["nothing was used", month, { used: 0, remaining: 1_000, resetMs: LEFT_MS }],
    [
      "its window is of minutes",
      toPolicy("fixed-window", { limit: 10, window: "10m" }),
      { used: 9, remaining: 1, resetMs: 300_000 },
    ],
    [
      "its window has just begun",
      toPolicy("fixed-window", { limit: 10, window: "1d" }),
      { used: 9, remaining: 1, resetMs: DAY_MS - 60_000 },
    ],
    [
      "it comes back all the time",
      toPolicy("sliding-window", { limit: 10, window: "1d" }),
      { used: 9, remaining: 1, resetMs: DAY_MS / 2 },
    ],
  ] as const)("says nothing where %s", (_, policy, use) => {
    expect(toGoneInMs(policy, use, TENTH)).toBeUndefined();
  });

  it("says it of a fixed window too", () => {
    const day = toPolicy("fixed-window", { limit: 100, window: "1d" });
    expect(toGoneInMs(day, { used: 80, remaining: 20, resetMs: DAY_MS / 2 }, TENTH)).toBe(DAY_MS / 8);
  });
});

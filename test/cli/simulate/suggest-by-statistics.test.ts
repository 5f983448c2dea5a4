import { describe, expect, it } from "vitest";
import { type Statistics, suggestByStatistics } from "../../../src/cli/simulate/suggest-by-statistics.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

const HOUR_MS = 3_600_000;
const counted = { algorithm: "sliding-window", limit: 9, key: "consumer", onMissing: "skip" };

function suggest(statistics: Statistics): ReturnType<typeof suggestByStatistics> {
  const parsed = parseConfig({
    origin: "https://a.example.com",
    policies: {
      plan: { ...counted, window: "2h" },
      burst: { ...counted, window: "2m" },
      client: { ...counted, key: "ip", window: "1h" },
      second: { ...counted, window: "1s" },
    },
    routes: [{ path: "/*", policies: ["plan", "burst", "client", "second"] }],
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return suggestByStatistics(parsed.value, statistics);
}

/** Sixty consumers over so many points, each with its number in every second one. */
function toUsage(policy: string, stepMs: number, points: number): Statistics["hours"] {
  const times = Array.from({ length: points }, (_, at) => at * stepMs);
  const series = Array.from({ length: 60 }, (_, consumer) => ({
    policy,
    consumer: `c${consumer}`,
    counts: times.map((_time, at) => (at % 2 === 0 ? consumer + 1 : 0)),
  }));
  return { times, series: [...series, { policy, consumer: "other", counts: times.map(() => 9_999) }] };
}

describe("suggestByStatistics()", () => {
  it("suggests from the peaks of consumers, by hours or by minutes as the window is long", () => {
    const { items, spanMs, leftOut } = suggest({
      hours: toUsage("plan", HOUR_MS, 48),
      minutes: toUsage("burst", 60_000, 1_440),
    });
    expect(spanMs).toBe(48 * HOUR_MS);
    expect(items).toMatchObject([
      { policy: "plan", keys: 60, p50: 30, p99: 60, max: 60, limit: 100, windowMs: 2 * HOUR_MS },
      { policy: "burst", keys: 60, p50: 30, p99: 60, max: 60, limit: 100 },
    ]);
    expect(leftOut).toEqual([
      "client: it does not count by consumer alone",
      "second: its window is shorter than a minute, or none",
    ]);
  });

  it("suggests nothing of less than a day, or of fewer than fifty consumers", () => {
    const hours = toUsage("plan", HOUR_MS, 20);
    const minutes = toUsage("burst", 60_000, 60);
    expect(suggest({ hours, minutes }).items.map(({ limit }) => limit)).toEqual([undefined, undefined]);
    const few = toUsage("plan", HOUR_MS, 48);
    const thin = { ...few, series: few.series.slice(0, 49) };
    expect(suggest({ hours: thin, minutes }).items[0]?.limit).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { findUnusual, toUsual, type UsageByTime } from "../../../src/core/stats/unusual.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 28, 14);

/** Seven days of hours before now; `toCount` says how much was taken in each. */
function toHours(toCount: (hourOfDay: number, day: number) => number, days = 7): UsageByTime {
  const times = Array.from({ length: 7 * 24 }, (_, at) => NOW_MS - (7 * 24 - at) * HOUR_MS);
  const counts = times.map((timeMs, at) => {
    const day = Math.floor(at / 24);
    return day < 7 - days ? 0 : toCount(new Date(timeMs).getUTCHours(), day);
  });
  return { times, series: [{ policy: "plan", consumer: "acme", counts }] };
}

const toMinutes = (counts: readonly number[]): UsageByTime => ({
  times: counts.map((_, at) => NOW_MS + at * 60_000),
  series: [{ policy: "plan", consumer: "acme", counts }],
});

/** Six thousand an hour by day, which are a hundred a minute; hardly anything by night. */
const byDay = (hour: number): number => (hour >= 8 && hour < 20 ? 6_000 : 60);

describe("findUnusual()", () => {
  it("tells of a minute far above its own hours, with what is usual", () => {
    const [found] = findUnusual(toMinutes([100, 90, 900, 110]), toHours(byDay));
    expect(found).toMatchObject({ consumer: "acme", atMs: NOW_MS + 120_000, units: 900, usual: 100 });
    expect(found?.score).toBeCloseTo(48, 6);
  });

  it("says nothing of what is usual by day, and tells of the same at night", () => {
    expect(findUnusual(toMinutes([100, 130, 150]), toHours(byDay))).toEqual([]);
    expect(
      findUnusual(
        toMinutes([130]),
        toHours((hour) => byDay((hour + 12) % 24)),
      ),
    ).toHaveLength(1);
  });

  it("takes what comes once a day at about this hour for usual", () => {
    const nightly = toHours((hour) => (hour === 15 ? 36_000 : 0));
    expect(findUnusual(toMinutes([600]), nightly)).toEqual([]);
    expect(findUnusual(toMinutes([1_300]), nightly)).toHaveLength(1);
  });

  it("is not led astray by one day of flood", () => {
    const flooded = toHours((hour, day) => (day === 5 ? 600_000 : byDay(hour)));
    expect(findUnusual(toMinutes([900]), flooded)[0]?.usual).toBe(100);
  });

  it("says nothing of whoever is known for less than three days, or takes hardly anything", () => {
    expect(findUnusual(toMinutes([900]), toHours(byDay, 2))).toEqual([]);
    expect(
      findUnusual(
        toMinutes([900]),
        toHours(() => 0),
      ),
    ).toEqual([]);
    expect(
      findUnusual(
        toMinutes([19]),
        toHours(() => 1),
      ),
    ).toEqual([]);
  });

  it("allows wide hours wide minutes", () => {
    const wild = toHours((_, day) => 3_000 + (day % 4) * 6_000);
    const rates = new Map(wild.times.map((timeMs, at) => [timeMs, (wild.series[0]?.counts[at] ?? 0) / 60]));
    const taken = { firstMs: wild.times[0] ?? 0, rateAt: (hourMs: number) => rates.get(hourMs) ?? 0 };
    expect(toUsual(taken, NOW_MS)?.distance).toBeGreaterThan(100);
    expect(findUnusual(toMinutes([600]), wild)).toEqual([]);
  });
});

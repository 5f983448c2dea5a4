import { describe, expect, it } from "vitest";
import { toFigures } from "../../../src/core/stats/figures.ts";
import { findUnusual } from "../../../src/core/stats/unusual.ts";
import { type HourUsage, toPeaks, UsualHours } from "../../../src/core/stats/usual-hours.ts";

const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 10, 30, 9);
const KEY = "calls\nacme";

/** So many days of hours before now, the newest first. */
function toHours(days: number, toHour: (atMs: number) => Partial<HourUsage>): readonly HourUsage[] {
  return Array.from({ length: days * 24 }, (_, back) => {
    const atMs = NOW_MS - (back + 1) * HOUR_MS;
    return { atMs, usage: [], peaks: [], ...toHour(atMs) };
  });
}

const steady = toHours(8, () => ({ usage: [[KEY, 6_000]] }));

describe("UsualHours", () => {
  it("names who takes much more than usual, the most unusual first, and nobody else", () => {
    const usual = new UsualHours(NOW_MS + 120_000, [
      ...steady,
      ...toHours(8, () => ({ usage: [["calls\nzeta", 600]] })),
    ]);
    const minute = [[KEY, 400] as const, ["calls\nzeta", 900] as const, ["other", 9_999] as const];
    expect(usual.findUnusual(minute, NOW_MS)).toMatchObject([
      { policy: "calls", consumer: "zeta", units: 900, usual: 10 },
      { policy: "calls", consumer: "acme", units: 400, usual: 100 },
    ]);
    expect(usual.findUnusual([[KEY, 150]], NOW_MS)).toEqual([]);
  });

  it("says nothing of who came two days ago, and says it of who is known and was never there at this hour", () => {
    const fresh = new UsualHours(
      NOW_MS,
      toHours(2, () => ({ usage: [[KEY, 60]] })),
    );
    expect(fresh.findUnusual([[KEY, 900]], NOW_MS)).toEqual([]);
    const byNight = (atMs: number): Partial<HourUsage> =>
      new Date(atMs).getUTCHours() < 4 ? { usage: [[KEY, 6_000]] } : {};
    expect(new UsualHours(NOW_MS, toHours(7, byNight)).findUnusual([[KEY, 900]], NOW_MS)).toMatchObject([
      { usual: 0 },
    ]);
  });

  it("knows a job of one minute in each hour by the busiest minute", () => {
    const minutes = Array.from({ length: 60 }, (_, at) => [[KEY, at === 0 ? 600 : 1] as const]);
    const peaks = toPeaks(minutes);
    expect(peaks).toEqual([[KEY, 600]]);
    const jobs = toHours(7, () => ({ usage: [[KEY, 659]], peaks }));
    expect(new UsualHours(NOW_MS, jobs).findUnusual([[KEY, 620]], NOW_MS)).toEqual([]);
    expect(toPeaks(minutes.map(() => [[KEY, 10]]))).toEqual([]);
  });

  it("knows who comes on Mondays alone by its Mondays", () => {
    const onMondays = (atMs: number): Partial<HourUsage> =>
      new Date(atMs).getUTCDay() === 1 ? { usage: [[KEY, 30_000]] } : {};
    expect(new UsualHours(NOW_MS, toHours(29, onMondays)).findUnusual([[KEY, 520]], NOW_MS)).toEqual([]);
    expect(new UsualHours(NOW_MS, toHours(29, onMondays)).findUnusual([[KEY, 1_100]], NOW_MS)).toHaveLength(
      1,
    );
  });
});

describe("GET /stats and alerts", () => {
  /** A job of one minute in each hour. */
  const hourly = toHours(8, () => ({ usage: [[KEY, 660]], peaks: [[KEY, 600]] }));
  const rows = hourly.map(({ atMs, usage, peaks }) => ({
    atMs,
    counts: [],
    histograms: [],
    tops: { usage },
    peaks,
  }));
  const fromMs = NOW_MS - 8 * 24 * HOUR_MS;

  /** As the command line reads it of the figures that an object answers. */
  function findByFigures(units: number): ReturnType<typeof findUnusual> {
    const { tops, points } = toFigures(rows, { fromMs, toMs: NOW_MS, pointMs: HOUR_MS });
    const times = Array.from({ length: points }, (_, at) => fromMs + at * HOUR_MS);
    const read = (list: "usage" | "peaks"): readonly number[] => tops.get(list)?.get(KEY) ?? [];
    const of = { policy: "calls", consumer: "acme" };
    return findUnusual(
      { times: [NOW_MS], series: [{ ...of, counts: [units] }] },
      { times, series: [{ ...of, counts: read("usage"), peaks: read("peaks") }] },
    );
  }

  it("judge by the same busiest minutes", () => {
    for (const units of [300, 700, 1_300, 2_000])
      expect(findByFigures(units)).toEqual(
        new UsualHours(NOW_MS, hourly).findUnusual([[KEY, units]], NOW_MS),
      );
    expect(findByFigures(700)).toEqual([]);
    expect(findByFigures(2_000)).toHaveLength(1);
  });

  it("has of a day the busiest minute of its hours", () => {
    const { tops } = toFigures(rows, { fromMs, toMs: NOW_MS, pointMs: 24 * HOUR_MS });
    expect(tops.get("peaks")?.get(KEY)).toEqual(Array.from({ length: 8 }, () => 600));
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHistogram, recordMs, toSparse } from "../../../src/core/stats/histogram.ts";
import { Series, toSeriesName } from "../../../src/core/stats/series.ts";
import { MINUTE_MS, StatsBook, type StatsRow, Watch } from "../../../src/core/stats/stats-book.ts";
import type { StatsReport } from "../../../src/core/stats/stats-messages.ts";
import { toRuns } from "../../property-runs.ts";

const NOW_MS = 1_700_000_040_000;
const NO_TOPS = { denials: [], countries: [], asns: [], usage: [] };
const series = toSeriesName("units", "per-client");

const report = (told: Partial<StatsReport> = {}): StatsReport => ({
  version: 1,
  isolate: "a",
  seq: 1,
  counts: [[series, 1]],
  histograms: [],
  tops: NO_TOPS,
  crossings: [],
  tail: [],
  now: { pools: [], usage: [] },
  dropped: 0,
  ...told,
});

const sumOf = (rows: Iterable<StatsRow>): number =>
  [...rows].flatMap(({ counts }) => counts.map(([, units]) => units)).reduce((sum, units) => sum + units, 0);

/** The book as its rows have it. */
function restart(book: StatsBook, rows: readonly StatsRow[]): StatsBook {
  const totals = new Series();
  for (const row of rows) totals.add(row);
  const restarted = new StatsBook(totals.toData(), book.toSeen());
  const last = rows.at(-1);
  if (last !== undefined) restarted.resume(last);
  return restarted;
}

interface Isolate {
  seq: number;
  counted: number;
  sent: StatsReport | undefined;
  sentMs: number;
}

/** What was sent goes again unchanged; what came since waits. */
function toSent(isolate: Isolate, name: string, nowMs: number): StatsReport {
  if (isolate.sent !== undefined) return isolate.sent;
  isolate.seq += 1;
  isolate.sentMs = nowMs;
  isolate.sent = report({ isolate: name, seq: isolate.seq, counts: [[series, isolate.counted]] });
  isolate.counted = 0;
  return isolate.sent;
}

describe("a book of statistics", () => {
  test("counts each report once, whatever is lost, comes twice or restarts in between, and its rows say the same", () => {
    const step = fc.record({
      isolate: fc.constantFrom("a", "b"),
      units: fc.integer({ min: 1, max: 9 }),
      what: fc.constantFrom("answered", "answered", "answer lost", "request lost", "restart"),
      gapMs: fc.nat(90_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let book = new StatsBook();
        const rows = new Map<number, StatsRow>();
        const save = (): void => {
          for (const row of book.takeRows()) rows.set(row.atMs, row);
        };
        const isolates = new Map<string, Isolate>();
        let sent = 0;
        let oldestMs = 0;
        let nowMs = NOW_MS;
        for (const { isolate, units, what, gapMs } of steps) {
          nowMs += gapMs;
          const known = isolates.get(isolate) ?? { seq: 0, counted: 0, sent: undefined, sentMs: nowMs };
          isolates.set(isolate, known);
          known.counted += units;
          sent += units;
          const told = toSent(known, isolate, nowMs);
          if (what !== "request lost") book.apply(told, nowMs, { ageMs: nowMs - known.sentMs });
          oldestMs = Math.max(oldestMs, nowMs - known.sentMs);
          if (what === "answered" || what === "restart") known.sent = undefined;
          if (what !== "restart") continue;
          save();
          book = restart(book, [...rows.values()]);
        }
        for (const [isolate, known] of isolates) {
          if (known.sent !== undefined) book.apply(known.sent, nowMs, { ageMs: nowMs - known.sentMs });
          oldestMs = Math.max(oldestMs, nowMs - known.sentMs);
          known.sent = undefined;
          book.apply(toSent(known, isolate, nowMs), nowMs);
        }
        save();
        const counted = book.totals.counts.get(series) ?? 0;
        expect(sumOf(rows.values())).toBe(counted + book.lost.reports);
        // What comes again after minutes may have been counted, and is given up rather than counted twice.
        expect(counted).toBeLessThanOrEqual(sent);
        if (oldestMs <= 270_000) expect(counted).toBe(sent);
      }),
      { numRuns: toRuns(300) },
    );
  });

  test("gives a report up that comes again after what it remembers, and says so", () => {
    const first = new StatsBook();
    first.apply(report({ seq: 7 }), NOW_MS);
    first.apply(report({ isolate: "b" }), NOW_MS + 300_000);
    const rows = first.takeRows();
    const later = restart(first, rows);
    expect(later.apply(report({ seq: 7 }), NOW_MS + 300_000, { ageMs: 300_000 })).toBe(false);
    expect([later.totals.counts.get(series), later.lost.reports]).toEqual([2, 1]);
    expect(later.apply(report({ seq: 8 }), NOW_MS + 300_000, { ageMs: 0 })).toBe(true);
  });

  test("remembers an isolate for as long as its report comes again", () => {
    const first = new StatsBook();
    for (const atMs of [0, 200_000, 400_000]) first.apply(report({ seq: 7 }), NOW_MS + atMs, { ageMs: atMs });
    const later = restart(first, first.takeRows());
    expect(later.apply(report({ seq: 7 }), NOW_MS + 410_000, { ageMs: 410_000 })).toBe(false);
    expect([later.totals.counts.get(series), later.lost.reports]).toEqual([1, 0]);
  });

  test("has one row a minute, and the last one again as long as it grows", () => {
    const book = new StatsBook();
    book.apply(report({ seq: 1 }), NOW_MS);
    book.apply(report({ seq: 2 }), NOW_MS + 1_000);
    expect(book.takeRows().map(({ atMs, counts }) => [atMs - NOW_MS, counts])).toEqual([[0, [[series, 2]]]]);
    expect(book.takeRows()).toEqual([]);
    book.apply(report({ seq: 3 }), NOW_MS + 2_000);
    book.apply(report({ seq: 4 }), NOW_MS + MINUTE_MS);
    expect(book.takeRows().map(({ counts }) => counts[0]?.[1])).toEqual([3, 1]);
    book.apply(report({ seq: 5 }), NOW_MS + MINUTE_MS);
    expect(book.takeRows().map(({ counts }) => counts[0]?.[1])).toEqual([2]);
  });

  test("counts what comes by a clock that was set back to the minute that it has", () => {
    const book = new StatsBook();
    book.apply(report({ seq: 1 }), NOW_MS);
    book.apply(report({ seq: 2 }), NOW_MS - 500_000);
    expect(book.takeRows().map(({ counts }) => counts)).toEqual([[[series, 2]]]);
  });

  test("has at most 5,000 series, counts the others together, and says how many they were", () => {
    const book = new StatsBook();
    const invented = Array.from({ length: 10_000 }, (_, at) => [toSeriesName("units", `p${at}`), 1] as const);
    book.apply(report({ counts: invented }), NOW_MS);
    const { counts } = book.totals;
    // With `other`, and how many were lost.
    expect(counts.size).toBe(5_002);
    expect([counts.get(toSeriesName("units", "other")), book.lost.series]).toEqual([5_000, 5_000]);
    expect(sumOf(book.takeRows())).toBe(10_000 + book.lost.series);
  });

  test("says how many reports of an isolate never came", () => {
    const book = new StatsBook();
    for (const seq of [1, 2, 5]) book.apply(report({ seq }), NOW_MS);
    expect(book.lost.reports).toBe(2);
  });

  test("keeps 50 keys a minute that were denied, and the sum of all", () => {
    const book = new StatsBook();
    const denials = Array.from({ length: 500 }, (_, at) => [`p\nk${at}\n`, 1] as const);
    book.apply(report({ tops: { ...NO_TOPS, denials: [...denials, ["p\nhot\nacme", 400]] } }), NOW_MS);
    const [row] = book.takeRows();
    const kept = row?.tops.denials ?? [];
    expect(kept.length).toBeLessThanOrEqual(51);
    expect(kept.find(([key]) => key === "p\nhot\nacme")?.[1]).toBe(400);
    expect(kept.reduce((sum, [, count]) => sum + count, 0)).toBe(900);
  });

  test("adds up histograms", () => {
    const histogram = createHistogram();
    recordMs(histogram, 7);
    const histograms = [["durations\n*\ntotal", toSparse(histogram)]] as const;
    const book = new StatsBook();
    book.apply(report({ seq: 1, histograms }), NOW_MS);
    book.apply(report({ seq: 2, histograms }), NOW_MS);
    expect(book.takeRows()[0]?.histograms).toEqual([["durations\n*\ntotal", [14, 7, 2]]]);
  });
});

test("isolates are to report each second for ten seconds after somebody watched", () => {
  const watch = new Watch();
  expect(watch.toReply(NOW_MS)).toEqual({ nextMs: 10_000, isWatched: false });
  watch.begin(NOW_MS);
  expect(watch.toReply(NOW_MS + 9_999)).toEqual({ nextMs: 1_000, isWatched: true });
  expect(watch.toReply(NOW_MS + 10_000)).toEqual({ nextMs: 10_000, isWatched: false });
});

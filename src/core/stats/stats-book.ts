// What a stats object knows: all that was ever counted, the minutes that are not stored yet, and which reports it has seen.
// It is fed with reports and with what it had stored; when it stores is its owner's to say.

import { LruMap } from "../lru-map.ts";
import { type FullestData, FullestObjects } from "./fullest.ts";
import { Series, type SeriesData, toOtherName, toSeriesName } from "./series.ts";
import type { StatsReport, StatsReply, Tops } from "./stats-messages.ts";
import { addTops, createTops, type TopLists, toTops } from "./tops.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
/** An isolate reports so often, where there are not too many. */
const REPORT_MS = 10_000;
/** Series of a deployment: what more comes is counted under `other`. */
const SERIES_MAX = 5_000;
/** Isolates whose last reports are remembered. */
const ISOLATES_MAX = 5_000;
/** How long the newest report of an isolate is remembered after it came last. */
const SEEN_MS = 300_000;
/** A report is older than its sender says by the time it was on its way. */
const ON_ITS_WAY_MS = 30_000;
/** Who is so late, after it was to report again, is gone. */
const LATE_MS = 20_000;

/** What was lost, as series like any other. */
const SERIES = toSeriesName("lost", "series");
const REPORTS = toSeriesName("lost", "reports");

/** What is stored of a minute, or of an hour. */
export interface StatsRow extends SeriesData {
  readonly atMs: number;
  readonly tops: Tops;
  /** Of a minute alone. */
  readonly fullest?: FullestData;
  /** Of an hour alone: the busiest minute of consumers whose minutes differ. */
  readonly peaks?: readonly (readonly [key: string, units: number])[];
}

interface Minute {
  readonly series: Series;
  readonly tops: TopLists;
  readonly fullest: FullestObjects;
  isDirty: boolean;
}

/** An isolate by its newest report. */
interface SeenIsolate {
  readonly seq: number;
  readonly atMs: number;
  readonly now: StatsReport["now"];
  /** When it was to report again, from then. */
  readonly nextMs: number;
}

export type SeenReport = readonly [isolate: string, seq: number, atMs: number];

export class StatsBook {
  readonly #totals = new Series();
  readonly #minutes = new Map<number, Minute>();
  readonly #isolates = new LruMap<string, SeenIsolate>(ISOLATES_MAX);
  #nowMs = 0;
  #seenMs: number | undefined;

  /** `totals`: all that was stored so far. `seen`: the newest report of each isolate, by its number. */
  constructor(totals: SeriesData = { counts: [], histograms: [] }, seen: readonly SeenReport[] = []) {
    this.#totals.add(totals);
    for (const [isolate, seq, atMs] of seen)
      this.#isolates.set(isolate, { seq, atMs, now: { pools: [], usage: [] }, nextMs: REPORT_MS });
  }

  /**
   * False: the report was counted before, or may have been. `ageMs`: since when it is sent; one that is older than what is
   * remembered of its isolate is counted as lost, since nothing may count twice. `nextMs`: when it is to report again.
   */
  apply(
    report: StatsReport,
    nowMs: number,
    { ageMs = 0, nextMs = REPORT_MS }: { readonly ageMs?: number; readonly nextMs?: number } = {},
  ): boolean {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const known = this.#isolates.get(report.isolate);
    this.#seenMs = this.#nowMs;
    const seq = Math.max(report.seq, known?.seq ?? 0);
    this.#isolates.set(report.isolate, { seq, atMs: this.#nowMs, now: report.now, nextMs });
    if (known !== undefined && report.seq <= known.seq) return false;
    if (known === undefined && ageMs > SEEN_MS - ON_ITS_WAY_MS) {
      this.#lose(REPORTS, 1);
      return false;
    }
    const minute = this.#minute();
    this.#lose(REPORTS, known === undefined ? 0 : report.seq - known.seq - 1);
    this.#lose(SERIES, report.dropped);
    const toName = (name: string, weight: number): string => this.#admit(name, weight);
    this.#totals.add(report, toName);
    minute.series.add(report, (name) => (this.#totals.has(name) ? name : toOtherName(name)));
    addTops(minute.tops, report.tops);
    minute.fullest.add(report.fullest ?? []);
    minute.isDirty = true;
    return true;
  }

  get totals(): Series {
    return this.#totals;
  }

  /** Isolates that reported when they last had to. */
  present(nowMs: number): readonly SeenIsolate[] {
    const all = [...this.#isolates.entries()].map(([, isolate]) => isolate);
    return all.filter(({ atMs, nextMs }) => nowMs - atMs < Math.max(REPORT_MS, nextMs) + LATE_MS);
  }

  /** The isolates whose reports may come again, with the number of the newest. */
  toSeen(): readonly SeenReport[] {
    const seen = [...this.#isolates.entries()].filter(([, { atMs }]) => this.#nowMs - atMs < SEEN_MS);
    return seen.map(([isolate, { seq, atMs }]) => [isolate, seq, atMs]);
  }

  get lost(): { readonly series: number; readonly reports: number } {
    const { counts } = this.#totals;
    return { series: counts.get(SERIES) ?? 0, reports: counts.get(REPORTS) ?? 0 };
  }

  /** When the newest report came; undefined: none did since the object started. */
  get seenMs(): number | undefined {
    return this.#seenMs;
  }

  /** Minutes that have to be stored, whole; they then count as stored. Only the last one can still grow. */
  takeRows(): readonly StatsRow[] {
    const rows: StatsRow[] = [];
    const last = Math.max(...this.#minutes.keys());
    for (const [atMs, minute] of this.#minutes) {
      if (minute.isDirty) rows.push(toRow(atMs, minute));
      minute.isDirty = false;
      if (atMs !== last) this.#minutes.delete(atMs);
    }
    return rows;
  }

  /** What of the minute is stored already, before the object forgot it. */
  resume({ atMs, tops, fullest = [], ...data }: StatsRow): void {
    this.#nowMs = Math.max(this.#nowMs, atMs);
    const minute = this.#minute();
    minute.series.add(data);
    addTops(minute.tops, tops);
    minute.fullest.add(fullest);
  }

  #minute(): Minute {
    const atMs = this.#nowMs - (this.#nowMs % MINUTE_MS);
    let minute = this.#minutes.get(atMs);
    if (minute === undefined) {
      minute = {
        series: new Series(),
        tops: createTops(),
        fullest: new FullestObjects(),
        isDirty: false,
      };
      this.#minutes.set(atMs, minute);
    }
    return minute;
  }

  #lose(name: string, count: number): void {
    if (count === 0) return;
    this.#totals.count(name, count);
    const minute = this.#minute();
    minute.series.count(name, count);
    minute.isDirty = true;
  }

  /** The name under which a series is counted. */
  #admit(name: string, weight: number): string {
    if (this.#totals.has(name) || this.#totals.weight + weight <= SERIES_MAX) return name;
    this.#lose(SERIES, 1);
    return toOtherName(name);
  }
}

function toRow(atMs: number, { series, tops, fullest }: Minute): StatsRow {
  return { atMs, ...series.toData(), tops: toTops(tops), fullest: fullest.toData() };
}

/** The same while somebody watches. */
const WATCHED_REPORT_MS = 1_000;
/** Who watches says so again within this. */
const WATCH_MS = 10_000;

/** Whether somebody watches, for as long as it was said last. */
export class Watch {
  #untilMs = -Infinity;

  begin(nowMs: number): void {
    this.#untilMs = nowMs + WATCH_MS;
  }

  toReply(nowMs: number): StatsReply {
    const isWatched = nowMs < this.#untilMs;
    return { isWatched, nextMs: isWatched ? WATCHED_REPORT_MS : REPORT_MS };
  }
}

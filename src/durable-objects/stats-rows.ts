// The rows of a stats object: minutes for a day, hours for 90 days, and all that was ever counted (docs/storage-schema.md).
// The minute that still grows has one row with all that changes with it, so that storing is one row written.
// An object that has nothing to store has no tables: whoever asks it, it stays as if it had never been.

import { Series, type SeriesData } from "../core/stats/series.ts";
import { HOUR_MS, type SeenReport, type StatsRow } from "../core/stats/stats-book.ts";
import type { PushTarget } from "../core/stats/stats-messages.ts";
import { toLookedAt } from "../core/stats/unusual.ts";
import { type HourUsage, toPeaks } from "../core/stats/usual-hours.ts";
import { mergeTops } from "../core/stats/tops.ts";

const MINUTES_KEPT_MS = 24 * HOUR_MS;
const HOURS_KEPT_MS = 90 * 24 * HOUR_MS;

/** `seen` was a row of its own once, and is read where there is no `now` yet. */
type Kind = "minute" | "hour" | "now" | "totals" | "seen" | "since" | "push";

/** The minute that still grows, and the isolates whose reports may come again. */
interface PresentMinute extends StatsRow {
  readonly seen: readonly SeenReport[];
}

/** What is to be pushed yet, and when it was last. */
export interface Pushing {
  /** undefined: nothing has come since. */
  readonly target: PushTarget | undefined;
  readonly pushedMs: number;
}

interface Row extends Record<string, SqlStorageValue> {
  at_ms: number;
  data: string;
}

interface UsageRow extends Record<string, SqlStorageValue> {
  at_ms: number;
  usage: string | null;
  peaks: string | null;
}

/** What is stored of all that was ever counted: everything before `untilMs`. */
interface StoredTotals extends SeriesData {
  readonly untilMs: number;
}

const NOTHING: StoredTotals = { counts: [], histograms: [], untilMs: 0 };

export class StatsRows {
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const [found] = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'stats'").toArray();
    this.#hasTables = found !== undefined;
  }

  /** All that is stored, as one, and the newest minute. */
  read(): {
    readonly totals: SeriesData;
    readonly last: StatsRow | undefined;
    readonly seen: readonly SeenReport[];
  } {
    const { untilMs, ...stored } = this.#readTotals();
    const series = new Series();
    series.add(stored);
    const minutes = this.list("minute", untilMs, Infinity);
    for (const minute of minutes) series.add(minute);
    const seen = this.#present?.seen ?? (this.#readOne("seen") as readonly SeenReport[] | undefined) ?? [];
    return { totals: series.toData(), last: minutes.at(-1), seen };
  }

  get #present(): PresentMinute | undefined {
    return this.#readOne("now") as PresentMinute | undefined;
  }

  list(kind: "minute" | "hour", fromMs: number, toMs: number): readonly StatsRow[] {
    if (!this.#hasTables) return [];
    const rows = this.#storage.sql.exec<Row>(
      "SELECT at_ms, data FROM stats WHERE kind = ? AND at_ms >= ? AND at_ms < ? ORDER BY at_ms",
      kind,
      fromMs,
      Math.min(toMs, Number.MAX_SAFE_INTEGER),
    );
    const whole = Array.from(rows, ({ at_ms: atMs, data }) => ({
      ...(JSON.parse(data) as Omit<StatsRow, "atMs">),
      atMs,
    }));
    const present = kind === "minute" ? this.#present : undefined;
    if (present === undefined || present.atMs < fromMs || present.atMs >= toMs) return whole;
    // Of an earlier version its own row may be there as well.
    return [...whole.filter(({ atMs }) => atMs !== present.atMs), present];
  }

  /** The end of the last hour that has a row of its own. */
  get untilMs(): number {
    return this.#readTotals().untilMs;
  }

  /** Hours that are whole, and the minutes of the one that is not, as one. */
  listHours(fromMs: number, toMs: number): readonly StatsRow[] {
    const { untilMs } = this.#readTotals();
    return [...this.list("hour", fromMs, toMs), ...this.list("minute", Math.max(fromMs, untilMs), toMs)];
  }

  /** Of the hours by which a time is judged what each consumer took, and nothing else of them: from the newest on. */
  *listUsage(atMs: number): Iterable<HourUsage> {
    if (!this.#hasTables) return;
    const { sinceMs, hoursMs } = toLookedAt(atMs);
    const rows = this.#storage.sql.exec<UsageRow>(
      `SELECT at_ms, data ->> '$.tops.usage' AS usage, data ->> '$.peaks' AS peaks FROM stats
      WHERE kind = 'hour' AND at_ms < ? AND (at_ms >= ? OR at_ms IN (${hoursMs.join()})) ORDER BY at_ms DESC`,
      atMs,
      sinceMs,
    );
    for (const { at_ms: hourMs, usage, peaks } of rows)
      yield { atMs: hourMs, usage: parseCounts(usage), peaks: parseCounts(peaks) };
  }

  write(minutes: readonly StatsRow[], seen: readonly SeenReport[]): void {
    if (!this.#hasTables) {
      this.#storage.sql.exec(
        "CREATE TABLE stats (kind TEXT, at_ms INTEGER, data TEXT NOT NULL, PRIMARY KEY (kind, at_ms)) STRICT, WITHOUT ROWID",
      );
      this.#hasTables = true;
      this.#put("since", 0, Math.min(...minutes.map(({ atMs }) => atMs)));
    }
    this.#storage.transactionSync(() => {
      const newestMs = Math.max(...minutes.map(({ atMs }) => atMs));
      this.#closePresent(newestMs);
      for (const minute of minutes)
        if (minute.atMs === newestMs) this.#put("now", 0, { ...minute, seen });
        else this.#putMinute(minute);
      this.#closeHours(newestMs - (newestMs % HOUR_MS));
    });
  }

  /** When the first of all that is counted was. */
  get sinceMs(): number {
    return (this.#readOne("since") as number | undefined) ?? 0;
  }

  readPushing(): Pushing | undefined {
    return this.#readOne("push") as Pushing | undefined;
  }

  writePushing(pushing: Pushing): void {
    if (this.#hasTables) this.#put("push", 0, pushing);
  }

  /** A minute that another one follows gets its own row, for good. */
  #closePresent(newestMs: number): void {
    const present = this.#present;
    if (present === undefined || present.atMs === newestMs) return;
    const { seen: _seen, ...minute } = present;
    this.#putMinute(minute);
  }

  #putMinute({ atMs, ...data }: StatsRow): void {
    this.#put("minute", atMs, data);
  }

  /** Makes one row of the minutes of each hour before this, and adds them to what was ever counted. */
  #closeHours(beforeMs: number): void {
    const { untilMs, ...stored } = this.#readTotals();
    if (untilMs >= beforeMs) return;
    const totals = new Series();
    totals.add(stored);
    const hours = Map.groupBy(this.list("minute", untilMs, beforeMs), ({ atMs }) => atMs - (atMs % HOUR_MS));
    for (const [hourMs, minutes] of hours) {
      const series = new Series();
      for (const minute of minutes) series.add(minute);
      totals.merge(series);
      const peaks = toPeaks(minutes.map(({ tops }) => tops.usage ?? []));
      this.#put("hour", hourMs, { ...series.toData(), tops: mergeTops(minutes), peaks });
    }
    this.#put("totals", 0, { ...totals.toData(), untilMs: beforeMs });
    const sql = "DELETE FROM stats WHERE kind = ? AND at_ms < ?";
    this.#storage.sql.exec(sql, "minute", beforeMs - MINUTES_KEPT_MS);
    this.#storage.sql.exec(sql, "hour", beforeMs - HOURS_KEPT_MS);
  }

  #readTotals(): StoredTotals {
    return (this.#readOne("totals") as StoredTotals | undefined) ?? NOTHING;
  }

  #readOne(kind: Kind): unknown {
    if (!this.#hasTables) return undefined;
    const [row] = this.#storage.sql.exec<Row>("SELECT at_ms, data FROM stats WHERE kind = ?", kind).toArray();
    return row === undefined ? undefined : JSON.parse(row.data);
  }

  #put(kind: Kind, atMs: number, data: unknown): void {
    this.#storage.sql.exec(
      "INSERT OR REPLACE INTO stats (kind, at_ms, data) VALUES (?, ?, ?)",
      kind,
      atMs,
      JSON.stringify(data),
    );
  }
}

const parseCounts = (text: string | null): HourUsage["usage"] =>
  text === null ? [] : (JSON.parse(text) as HourUsage["usage"]);

// The figures of a stretch of time, a column for each point: made of the rows of one object, and added up over objects.

import { addHistogram, addSparse, createHistogram, type Histogram, toSparse } from "./histogram.ts";
import type { StatsRow } from "./stats-book.ts";
import type { StatsFigures, StatsQuestion, TopName } from "./stats-messages.ts";

type Points = Pick<StatsQuestion, "fromMs" | "toMs" | "pointMs">;
type Columns = Omit<StatsFigures, "state">;

export class Figures {
  readonly counts = new Map<string, number[]>();
  readonly histograms = new Map<string, (Histogram | undefined)[]>();
  readonly tops = new Map<TopName | "peaks", Map<string, number[]>>();
  readonly points: number;

  constructor(points: number) {
    this.points = points;
  }

  addRow({ counts, histograms, tops, peaks = [] }: StatsRow, point: number): void {
    for (const [name, units] of counts) addAt(this.#countsOf(this.counts, name), point, units);
    for (const [name, sparse] of histograms) addSparse(this.#histogramAt(name, point), sparse);
    for (const [list, entries] of Object.entries(tops))
      for (const [key, units] of entries)
        addAt(this.#countsOf(this.#topsOf(list as TopName), key), point, units);
    for (const [key, units] of peaks) {
      const columns = this.#countsOf(this.#topsOf("peaks"), key);
      columns[point] = Math.max(columns[point] ?? 0, units);
    }
  }

  add({ counts, histograms, tops }: Columns): void {
    for (const [name, columns] of counts) addAll(this.#countsOf(this.counts, name), columns);
    for (const [name, columns] of histograms)
      for (const [point, sparse] of columns.entries())
        if (sparse !== null) addSparse(this.#histogramAt(name, point), sparse);
    for (const [list, key, columns] of tops) addAll(this.#countsOf(this.#topsOf(list), key), columns);
  }

  addHistograms(name: string, columns: readonly (Histogram | undefined)[]): void {
    for (const [point, histogram] of columns.entries())
      if (histogram !== undefined) addHistogram(this.#histogramAt(name, point), histogram);
  }

  toColumns(): Columns {
    return {
      counts: [...this.counts],
      histograms: [...this.histograms].map(([name, columns]) => [
        name,
        Array.from(columns, (histogram) => (histogram === undefined ? null : toSparse(histogram))),
      ]),
      tops: [...this.tops].flatMap(([list, keys]) =>
        [...keys].map(([key, columns]) => [list, key, columns] as const),
      ),
    };
  }

  #countsOf(from: Map<string, number[]>, name: string): number[] {
    let columns = from.get(name);
    if (columns === undefined) {
      columns = Array.from({ length: this.points }, () => 0);
      from.set(name, columns);
    }
    return columns;
  }

  #histogramAt(name: string, point: number): Histogram {
    let columns = this.histograms.get(name);
    if (columns === undefined) {
      columns = Array.from<Histogram | undefined>({ length: this.points });
      this.histograms.set(name, columns);
    }
    return (columns[point] ??= createHistogram());
  }

  #topsOf(list: TopName | "peaks"): Map<string, number[]> {
    let keys = this.tops.get(list);
    if (keys === undefined) {
      keys = new Map();
      this.tops.set(list, keys);
    }
    return keys;
  }
}

function addAt(columns: number[], point: number, units: number): void {
  // oxlint-disable-next-line no-param-reassign -- it is what changes in place
  columns[point] = (columns[point] ?? 0) + units;
}

function addAll(columns: number[], others: readonly number[]): void {
  for (const [point, units] of others.entries()) if (point < columns.length) addAt(columns, point, units);
}

export function countPoints({ fromMs, toMs, pointMs }: Points): number {
  return Math.ceil((toMs - fromMs) / pointMs);
}

/** Adds up the rows that fall into the points. */
export function toFigures(rows: readonly StatsRow[], points: Points): Figures {
  const figures = new Figures(countPoints(points));
  for (const row of rows)
    if (row.atMs >= points.fromMs && row.atMs < points.toMs)
      figures.addRow(row, Math.floor((row.atMs - points.fromMs) / points.pointMs));
  return figures;
}

// Where things stand in a chart: pure numbers.

/** The least round number (1, 2, 2.5 or 5 times a power of ten) that is not below `most`: the top of an axis. */
export function toTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  const factor = [1, 2, 2.5, 5, 10].find((step) => step * power >= most) ?? 10;
  return factor * power;
}

export interface Column {
  readonly from: number;
  readonly to: number;
}

/** What lies on what: for each series its columns' lower and upper ends. */
export function toStack(series: readonly (readonly number[])[]): readonly (readonly Column[])[] {
  const heights: number[] = [];
  return series.map((values) =>
    values.map((value, at) => {
      const from = heights[at] ?? 0;
      heights[at] = from + value;
      return { from, to: from + value };
    }),
  );
}

/** Where labels end: one below the last columns would stand over the edge. */
const LABELS_END = 0.92;

/** Which of `count` columns get a label below them, so that `most` fit. */
export function pickTicks(count: number, most: number): readonly number[] {
  const step = Math.max(1, Math.ceil(count / most));
  const labelled = Math.ceil((count * LABELS_END) / step);
  return Array.from({ length: labelled }, (_, at) => at * step);
}

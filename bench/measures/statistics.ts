// The few statistics of the table.

/** NaN of nothing. */
export function toMedian(values: readonly number[]): number {
  return toPercentile(values, 50);
}

/**
 * The middle of the two nearest ranks where the rank falls between. What is no number (a turn without an answer) is left
 * out. NaN of nothing.
 */
export function toPercentile(values: readonly number[], percent: number): number {
  const sorted = values.filter((value) => Number.isFinite(value)).toSorted((one, other) => one - other);
  const rank = (percent / 100) * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.ceil(rank)] ?? Number.NaN;
  return (low + high) / 2;
}

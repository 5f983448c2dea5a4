// Denials over time, as a line of bars in a terminal.

import type { TimelinePoint } from "../../core/simulation/summary.ts";

const BARS = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
const WIDTH_MAX = 60;

/** One bar for each stretch; undefined where nothing was denied. */
export function toBars(points: readonly TimelinePoint[]): string | undefined {
  const columns = squeeze(points);
  const most = Math.max(0, ...columns);
  if (most === 0) return undefined;
  const bars = columns.map((denied) => BARS[Math.ceil((denied / most) * (BARS.length - 1))] ?? "");
  return `|${bars.join("")}| most: ${most}`;
}

function squeeze(points: readonly TimelinePoint[]): readonly number[] {
  const each = Math.max(1, Math.ceil(points.length / WIDTH_MAX));
  const columns: number[] = [];
  for (const [at, { denied }] of points.entries()) {
    const column = Math.floor(at / each);
    columns[column] = (columns[column] ?? 0) + denied;
  }
  return columns;
}

// What an isolate reported, as points for Analytics Engine: one for each series of counts, never one for a request. A call
// may write 250 points: of more series those that counted least are one point together.
// Source: https://developers.cloudflare.com/analytics/analytics-engine/limits/

import { readSeriesName, type SeriesData } from "./series.ts";
import { OTHER } from "./top-list.ts";

const POINTS_MAX = 250;
/** Bytes of an index. */
const INDEX_LENGTH_MAX = 96;

export interface DataPoint {
  /** The route, policy or pool: what points are sampled by. */
  readonly indexes: readonly [string];
  /** The place, the family, and its labels. */
  readonly blobs: readonly string[];
  /** How many. */
  readonly doubles: readonly [number];
}

export function toDataPoints({ counts }: Pick<SeriesData, "counts">, place: string): readonly DataPoint[] {
  const most = [...counts].sort(([, a], [, b]) => b - a);
  const isWhole = most.length <= POINTS_MAX;
  const shown = isWhole ? most : most.slice(0, POINTS_MAX - 1);
  const points = shown.map(([name, count]): DataPoint => {
    const [family, ...labels] = readSeriesName(name);
    return { indexes: [toIndex(labels[0] ?? family)], blobs: [place, family, ...labels], doubles: [count] };
  });
  if (isWhole) return points;
  const rest = most.slice(POINTS_MAX - 1).reduce((sum, [, count]) => sum + count, 0);
  return [...points, { indexes: [OTHER], blobs: [place, OTHER], doubles: [rest] }];
}

/** As many whole characters as fit: a character has four bytes at most. */
function toIndex(text: string): string {
  // oxlint-disable-next-line no-control-regex -- ASCII
  const isAscii = /^[\u0000-\u007F]*$/.test(text);
  return Array.from(text)
    .slice(0, isAscii ? INDEX_LENGTH_MAX : INDEX_LENGTH_MAX / 4)
    .join("");
}

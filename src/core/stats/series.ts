// Counters and histograms by name. A name is a family and its labels, a line each; labels come from the configuration, or
// from a list that is bounded by itself (top-list.ts).

import {
  addHistogram,
  addSparse,
  createHistogram,
  type Histogram,
  type SparseHistogram,
  toSparse,
} from "./histogram.ts";
import { OTHER } from "./top-list.ts";

const SEPARATOR = "\n";

export function toSeriesName(family: string, ...labels: readonly string[]): string {
  let name = family;
  for (const label of labels) name += SEPARATOR + label;
  return name;
}

export function readSeriesName(name: string): readonly [family: string, ...labels: string[]] {
  const [family = "", ...labels] = name.split(SEPARATOR);
  return [family, ...labels];
}

/** Plain values, as they travel and are stored. */
export interface SeriesData {
  readonly counts: readonly (readonly [name: string, count: number])[];
  readonly histograms: readonly (readonly [name: string, sparse: SparseHistogram])[];
}

/** What a histogram takes of the room for series: it stands for a series a bucket. */
const HISTOGRAM_WEIGHT = 5;

export class Series {
  readonly counts = new Map<string, number>();
  readonly histograms = new Map<string, Histogram>();

  get weight(): number {
    return this.counts.size + HISTOGRAM_WEIGHT * this.histograms.size;
  }

  get isEmpty(): boolean {
    return this.weight === 0;
  }

  count(name: string, units = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + units);
  }

  histogram(name: string): Histogram {
    let histogram = this.histograms.get(name);
    if (histogram === undefined) {
      histogram = createHistogram();
      this.histograms.set(name, histogram);
    }
    return histogram;
  }

  /** `toName` says under which name something is counted. */
  add(
    { counts, histograms }: SeriesData,
    toName: (name: string, weight: number) => string = (name) => name,
  ): void {
    for (const [name, units] of counts) this.count(toName(name, 1), units);
    for (const [name, sparse] of histograms)
      addSparse(this.histogram(toName(name, HISTOGRAM_WEIGHT)), sparse);
  }

  merge(other: Series): void {
    for (const [name, units] of other.counts) this.count(name, units);
    for (const [name, histogram] of other.histograms) addHistogram(this.histogram(name), histogram);
  }

  toData(): SeriesData {
    return {
      counts: [...this.counts],
      histograms: [...this.histograms].map(([name, histogram]) => [name, toSparse(histogram)]),
    };
  }

  has(name: string): boolean {
    return this.counts.has(name) || this.histograms.has(name);
  }
}

/** Where a series is counted for which there is no room. */
export function toOtherName(name: string): string {
  const [family, ...labels] = readSeriesName(name);
  return toSeriesName(family, ...labels.map(() => OTHER));
}

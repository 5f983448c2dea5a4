// Which of a request's calls it waited for one after another. Calls that ran beside each other, or went on after the
// answer, are no part of that: what counts is the dearest chain in which each began after the one before had ended.

import type { Delays, Distance } from "./distances.ts";

/** Begin and end are places in the order of all events, not times. */
export interface Call {
  readonly distance: Distance;
  readonly begin: number;
  /** Infinity while it has no answer. */
  readonly end: number;
}

export interface Span {
  readonly begin: number;
  readonly end: number;
}

interface Chain {
  readonly call: Call;
  readonly costMs: number;
  readonly before: Chain | undefined;
}

export function findSeries(
  calls: readonly Call[],
  { begin, end }: Span,
  delays: Delays,
): readonly Distance[] {
  const chains: Chain[] = [];
  const within = calls.filter((call) => call.begin > begin && call.end < end);
  for (const call of within.toSorted((one, other) => one.begin - other.begin)) {
    const before = findDearest(chains.filter((chain) => chain.call.end < call.begin));
    chains.push({ call, costMs: (before?.costMs ?? 0) + delays[call.distance], before });
  }
  const series: Distance[] = [];
  for (let chain = findDearest(chains); chain !== undefined; chain = chain.before)
    series.unshift(chain.call.distance);
  return series;
}

function findDearest(chains: readonly Chain[]): Chain | undefined {
  let dearest: Chain | undefined;
  for (const chain of chains) if (dearest === undefined || chain.costMs > dearest.costMs) dearest = chain;
  return dearest;
}

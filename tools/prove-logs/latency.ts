// What a failing receiver costs requests: two gateways that differ in nothing but the sink, asked in turns.

import { inTurns, send } from "./send.ts";

const PARALLEL = 4;

/** The 99th percentile of requests, in milliseconds. */
export interface Latency {
  readonly without: number;
  readonly withSink: number;
}

/** Pairs, one to each: what else the machine does is in both. */
export async function compareLatency(without: URL, withSink: URL, requests: number): Promise<Latency> {
  const times = new Map<URL, number[]>([
    [without, []],
    [withSink, []],
  ]);
  await inTurns(requests, PARALLEL, async (at) => {
    for (const url of at % 2 === 0 ? [without, withSink] : [withSink, without])
      times.get(url)?.push((await send(url, { path: "/a" })) ?? Infinity);
  });
  return { without: toP99(times.get(without)), withSink: toP99(times.get(withSink)) };
}

function toP99(times: readonly number[] = []): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}

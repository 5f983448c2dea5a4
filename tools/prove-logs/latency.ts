// What a failing receiver costs requests: two gateways that differ in nothing but the sink, asked in turns.

import { inTurns, send } from "./send.ts";

const ROUNDS = 20;
const PARALLEL = 4;

export interface Latency {
  /** Medians over all rounds, in milliseconds. */
  readonly without: number;
  readonly withSink: number;
  /** The median of the rounds' differences: what else the machine does is in both. */
  readonly more: number;
}

export async function compareLatency(without: URL, withSink: URL, requests: number): Promise<Latency> {
  const rounds: { readonly without: number; readonly withSink: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const [a, b]: [number[], number[]] = [[], []];
    await inTurns(Math.ceil(requests / ROUNDS), PARALLEL, async (at) => {
      const first = at % 2 === 0;
      for (const [url, times] of first
        ? ([
            [without, a],
            [withSink, b],
          ] as const)
        : ([
            [withSink, b],
            [without, a],
          ] as const))
        times.push((await send(url, { path: "/a" })) ?? Infinity);
    });
    rounds.push({ without: toP99(a), withSink: toP99(b) });
  }
  return {
    without: toMedian(rounds.map((round) => round.without)),
    withSink: toMedian(rounds.map((round) => round.withSink)),
    more: toMedian(rounds.map((round) => round.withSink - round.without)),
  };
}

function toP99(times: readonly number[]): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}

function toMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

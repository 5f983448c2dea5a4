// The bound that each algorithm's documentation promises, as a number: the most units in any one of its windows. The proof
// and the contract suite both hold every algorithm to it.

import { toPeriod } from "../../src/core/algorithms/calendars/calendar-period.ts";
import type { algorithms, AlgorithmName } from "../../src/core/algorithms/registry.ts";

export type ConfigOf<Name extends AlgorithmName> = Parameters<(typeof algorithms)[Name]["decide"]>[0];

export interface WorstCase {
  /** In words, as in the table of algorithms. */
  readonly promise: string;
  readonly unitsMax: number;
  /** The first millisecond of the window that ends with `atMs`: rolling, or the calendar's. */
  readonly toWindowStartMs: (atMs: number) => number;
}

/** `costMax` is the dearest single request: only a leaky bucket's bound depends on it. */
type ToWorstCase<Name extends AlgorithmName> = (config: ConfigOf<Name>, costMax: number) => WorstCase;

export const worstCases: { readonly [Name in AlgorithmName]: ToWorstCase<Name> } = {
  "token-bucket": ({ limit, windowMs, burst }) => ({
    promise: "burst + refill",
    unitsMax: burst + Number((BigInt(limit) * BigInt(windowMs - 1)) / BigInt(windowMs)),
    toWindowStartMs: toRolling(windowMs),
  }),
  "sliding-window": ({ limit, windowMs }) => ({
    promise: "limit",
    unitsMax: limit,
    toWindowStartMs: toRolling(windowMs),
  }),
  "sliding-window-log": ({ limit, windowMs }) => ({
    promise: "limit",
    unitsMax: limit,
    toWindowStartMs: toRolling(windowMs),
  }),
  "sliding-window-counter": ({ limit, windowMs }) => ({
    promise: "2 x limit - 1",
    unitsMax: 2 * limit - 1,
    toWindowStartMs: toRolling(windowMs),
  }),
  "fixed-window": ({ limit, windowMs, align }) => ({
    // The request that starts a window is the whole window away from the next one.
    promise: align === "epoch" ? "2 x limit" : "2 x limit - 1",
    unitsMax: align === "epoch" ? 2 * limit : 2 * limit - 1,
    toWindowStartMs: toRolling(windowMs),
  }),
  "leaky-bucket": ({ limit, windowMs }, costMax) => ({
    promise: costMax === 1 ? "limit, when they go on" : "limit + cost - 1",
    unitsMax: limit + costMax - 1,
    toWindowStartMs: toRolling(windowMs),
  }),
  concurrency: ({ limit, expiresMs }) => ({
    promise: "limit in flight",
    unitsMax: limit,
    toWindowStartMs: toRolling(expiresMs),
  }),
  quota: (config) => ({
    promise: "limit per period",
    unitsMax: config.limit,
    toWindowStartMs: (atMs) => toPeriod(config, atMs).startMs,
  }),
};

function toRolling(windowMs: number): (atMs: number) => number {
  return (atMs) => atMs - windowMs + 1;
}

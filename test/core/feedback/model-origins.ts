// Naive origins with a budget, as profiles' readings describe them: what a call is told, in the plainest way.

import type { Reading } from "../../../src/core/feedback/reading.ts";

export interface ModelAnswer {
  readonly isServed: boolean;
  readonly readings: readonly Reading[];
}

export interface ModelOrigin {
  readonly ask: (atMs: number) => ModelAnswer;
}

export interface Budget {
  readonly limit: number;
  readonly windowMs: number;
  /** Whether a refusal says when there is quota again. */
  readonly saysWhen: boolean;
}

const SCOPE = "app";

/** As Facebook counts: calls of the last window, told in whole percent. Refused calls do not count. */
export function createRollingOrigin({ limit, windowMs, saysWhen }: Budget): ModelOrigin {
  let servedMs: number[] = [];
  return {
    ask: (atMs) => {
      servedMs = servedMs.filter((ms) => ms > atMs - windowMs);
      const isServed = servedMs.length < limit;
      if (isServed) servedMs.push(atMs);
      const usagePercent = Math.floor((100 * servedMs.length) / limit);
      const usage: Reading = { scope: SCOPE, usagePercent };
      if (isServed) return { isServed, readings: [usage] };
      const stopMs = saysWhen ? (servedMs[0] ?? atMs) + windowMs - atMs : undefined;
      return { isServed, readings: [usage, { scope: SCOPE, stopMs, isRefused: true }] };
    },
  };
}

/** As most others do: a count that starts anew at fixed times; the reset in whole seconds, rounded up. */
export function createFixedOrigin({ limit, windowMs }: Budget): ModelOrigin {
  let window = -1;
  let used = 0;
  return {
    ask: (atMs) => {
      if (Math.floor(atMs / windowMs) !== window) {
        window = Math.floor(atMs / windowMs);
        used = 0;
      }
      const isServed = used < limit;
      if (isServed) used += 1;
      const resetMs = Math.ceil(((window + 1) * windowMs - atMs) / 1_000) * 1_000;
      const reading: Reading = { scope: SCOPE, remaining: limit - used, limit, resetMs };
      return { isServed, readings: [isServed ? reading : { ...reading, isRefused: true }] };
    },
  };
}

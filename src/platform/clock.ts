// The isolate's clock, for what only the isolate sees: log timing, cache times, decisions without a counter object. A
// counter's time is its counter object's.

let latestMs = 0;

/** Epoch milliseconds that never run backwards. */
export function readClock(): number {
  latestMs = Math.max(latestMs, Date.now());
  return latestMs;
}

// The isolate's clock, for what only the isolate sees: log timing, cache times, decisions without a counter object. A
// counter's time is its counter object's.

/** How much slower time goes until a clock that was set back has caught up: a lease still ends within its margin. */
const SLOWER = 1 / 20;

let shownMs = 0;
let timeMs = 0;
/** What the clock showed when it was last set back, and the time that it was. */
let setBackMs = 0;
let fromMs = 0;

/** Epoch milliseconds that never run backwards, and never stand still for longer than the clock does. */
export function readClock(): number {
  const nowMs = Date.now();
  if (nowMs < shownMs) {
    setBackMs = nowMs;
    fromMs = timeMs;
  }
  shownMs = nowMs;
  const goneMs = Math.floor((nowMs - setBackMs) * (1 - SLOWER));
  timeMs = Math.max(nowMs, fromMs + goneMs);
  return timeMs;
}

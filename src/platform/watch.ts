// Calls when a time has come that may move meanwhile, with one timer in hand at a time.

import { readClock } from "./clock.ts";
import { PUNCTUAL_MS, TIMER_MS_MAX } from "./in-time.ts";

/** For so long is waited for what has come while the isolate stood still. */
const READ_MS_MAX = 1_000;

/**
 * `toDueMs` is looked at again at least every `lookMs`: a time that moves nearer is seen by then. Answers how to stop. Where the
 * isolate itself stood still until the time had come, what moves it may wait to be read: it is looked at once more.
 */
export function watch(toDueMs: () => number, lookMs: number, onDue: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let plannedMs = readClock();
  let isLastLook = false;
  const look = (): void => {
    const nowMs = readClock();
    const leftMs = toDueMs() - nowMs;
    const lateMs = nowMs - plannedMs;
    isLastLook = leftMs <= 0 && lateMs > PUNCTUAL_MS && !isLastLook;
    if (leftMs <= 0 && !isLastLook) {
      onDue();
      return;
    }
    const waitMs = isLastLook ? Math.min(lateMs, READ_MS_MAX) : Math.min(leftMs, lookMs, TIMER_MS_MAX);
    plannedMs = nowMs + waitMs;
    timer = setTimeout(look, waitMs);
  };
  look();
  return () => {
    clearTimeout(timer);
  };
}

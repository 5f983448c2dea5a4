// Calls when a time has come that may move meanwhile, with one timer in hand at a time.

import { readClock } from "./clock.ts";

/** The longest that a timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/** `toDueMs` is looked at again at least every `lookMs`: a time that moves nearer is seen by then. Answers how to stop. */
export function watch(toDueMs: () => number, lookMs: number, onDue: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const look = (): void => {
    const leftMs = toDueMs() - readClock();
    if (leftMs <= 0) onDue();
    else timer = setTimeout(look, Math.min(leftMs, lookMs, TIMER_MS_MAX));
  };
  look();
  return () => {
    clearTimeout(timer);
  };
}

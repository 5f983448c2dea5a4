// Waiting for something that another process does. It returns as soon as it is there and fails when it never comes.

import { setTimeout as wait } from "node:timers/promises";

const PAUSE_MS_MIN = 10;
const PAUSE_MS_MAX = 100;
/** Of the time that has gone by: who waits for long looks less often, and leaves the machine to what it waits for. */
const PAUSE_SHARE = 0.05;
const PATIENCE_MS = 5_000;

type Awaitable<T> = T | Promise<T>;

/** The first result that is neither undefined nor false. */
export async function until<T>(
  what: string,
  look: () => Awaitable<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const startMs = Date.now();
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    const waitedMs = Date.now() - startMs;
    if (waitedMs > patienceMs) throw new Error(`Waited ${patienceMs} ms for ${what}`);
    await wait(Math.min(PAUSE_MS_MAX, Math.max(PAUSE_MS_MIN, waitedMs * PAUSE_SHARE)));
  }
}

/** Waits for a moment of this process's clock. Only for what is itself about time: a Retry-After, a freshness. */
export function untilTime(atMs: number): Promise<void> {
  return wait(Math.max(0, atMs - Date.now()));
}

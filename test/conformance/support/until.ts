// Waiting for something that another process does. It returns as soon as it is there and fails when it never comes.

import { setTimeout as wait } from "node:timers/promises";

const PAUSE_MS = 10;
const PATIENCE_MS = 5_000;

type Awaitable<T> = T | Promise<T>;

/** The first result that is neither undefined nor false. */
export async function until<T>(
  what: string,
  look: () => Awaitable<T | undefined | false>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadlineMs = Date.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadlineMs) throw new Error(`Waited ${patienceMs} ms for ${what}`);
    await wait(PAUSE_MS);
  }
}

/** Waits for a moment of this process's clock. Only for what is itself about time: a Retry-After, a freshness. */
export function untilTime(atMs: number): Promise<void> {
  return wait(Math.max(0, atMs - Date.now()));
}

// The share that is let in, as limits that follow it have it: by priority, the mean of some twenty seconds. A limit that followed each
// second's share would take from the pool the very requests by which it is found, and then let them all come again at once.

import { RANKS } from "./load.ts";

const MEAN_MS = 20_000;
/** So near to all is all, once everybody is let in. */
const WHOLE = 0.99;

/** The shares after `sinceMs` in which `open` held (load.ts). undefined: all, as before. */
export function easeShares(
  before: readonly number[] | undefined,
  open: number,
  sinceMs: number,
): readonly number[] | undefined {
  if (before === undefined && open >= RANKS) return undefined;
  const news = 1 - Math.exp(-Math.max(0, sinceMs) / MEAN_MS);
  const shares = Array.from({ length: RANKS }, (_, rank) => {
    const was = before?.[rank] ?? 1;
    return was + (Math.min(1, Math.max(0, open - rank)) - was) * news;
  });
  return open >= RANKS && shares.every((share) => share > WHOLE) ? undefined : shares;
}

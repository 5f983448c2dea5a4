// Who has to make room where there is none left, so that no client keeps the others out: of those with the lowest priority
// the one that came last, of the client that has most. Pure.

import type { Waiter } from "./waiting-line.ts";

/** `measure` is what there is no more room for. undefined: the newcomer has as much as anybody, or a higher priority waits. */
export function findCrowding<Who extends Waiter>(
  waiters: readonly Who[],
  newcomer: Waiter,
  measure: (waiter: Waiter) => number,
): Who | undefined {
  const rank = waiters.reduce((most, one) => Math.max(most, one.rank), newcomer.rank);
  // Whoever cannot be told apart may be many.
  const lowest = waiters.filter((one) => one.rank === rank && one.client !== undefined && measure(one) > 0);
  const totals = new Map([[newcomer.client, measure(newcomer)]]);
  for (const one of lowest) totals.set(one.client, (totals.get(one.client) ?? 0) + measure(one));
  const own = totals.get(newcomer.client) ?? 0;
  const [client, most] = [...totals].reduce((heaviest, one) => (one[1] > heaviest[1] ? one : heaviest));
  if (most <= own) return undefined;
  return lowest.filter((one) => one.client === client).reduce((last, one) => (one.id > last.id ? one : last));
}

// The order in which members of a batch are sent when some wait for others.

import { err, ok, type Result } from "../result.ts";

/**
 * Sorts places so that each comes after those that it waits for, `after[at]`, and otherwise as it stands. The failure is
 * the places that wait for one another in a circle, or for such.
 */
export function toDependencyOrder(
  after: readonly (readonly number[])[],
): Result<readonly number[], readonly number[]> {
  const order = new Set<number>();
  let left = [...after.keys()];
  while (left.length > 0) {
    const ready = left.filter((at) => after[at]?.every((before) => order.has(before)) ?? true);
    if (ready.length === 0) return err(left);
    for (const at of ready) order.add(at);
    left = left.filter((at) => !order.has(at));
  }
  return ok([...order]);
}

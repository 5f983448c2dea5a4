// The workerd processes that this very process started.

import { readDescendants } from "./read-descendants.ts";

/** Their ids; empty where there is no /proc. */
export async function findOwnWorkerd(): Promise<readonly number[]> {
  const processes = await readDescendants(process.pid);
  return processes.filter(({ name }) => name === "workerd").map(({ id }) => id);
}

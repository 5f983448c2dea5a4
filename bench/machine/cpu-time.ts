// CPU time that processes used, to the nanosecond: the scheduler's own account of every thread.

import { readdirSync, readFileSync } from "node:fs";

/** Nanoseconds on a CPU, of all threads that are alive. */
export function readCpuNs(processIds: readonly number[]): number {
  return processIds.reduce((sum, id) => sum + readProcessNs(id), 0);
}

function readProcessNs(processId: number): number {
  const folder = `/proc/${processId}/task`;
  let sum = 0;
  for (const thread of readdirSync(folder)) {
    try {
      sum += Number(readFileSync(`${folder}/${thread}/schedstat`, "utf8").split(" ", 1)[0]);
    } catch {
      // A thread may end between the listing and this read.
    }
  }
  return sum;
}

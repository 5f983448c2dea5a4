// How many object calls and rows a row of the table needs: counted on a second server of it, which is not timed.

import { setTimeout as sleep } from "node:timers/promises";
import type { Use } from "../contenders/contender.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import type { Target } from "../load/target.ts";
import { type RunningRow, toTarget } from "./row.ts";

/** Share of the time until the state of a counter that was never seen has settled. */
const WARM_UP_SHARE = 0.4;

/** Per 1,000 requests under full load; undefined where there are no objects. */
export async function countUse(
  { server, origin, workload }: RunningRow,
  forMs: number,
): Promise<Use | undefined> {
  const counting = await server.startCounting?.();
  if (counting === undefined) return undefined;
  const target = toTarget(counting.port, workload);
  await load(target, forMs * WARM_UP_SHARE);
  const before = await counting.readUse();
  const answered = await load(target, forMs * (1 - WARM_UP_SHARE));
  const after = await counting.readUse();
  await counting.stop();
  origin.takeAdmitted();
  return {
    calls: ((after.calls - before.calls) / answered) * 1e3,
    rowsWritten:
      after.rowsWritten === undefined || before.rowsWritten === undefined
        ? undefined
        : ((after.rowsWritten - before.rowsWritten) / answered) * 1e3,
  };
}

async function load(target: Target, forMs: number): Promise<number> {
  const loop = startClosedLoop(target);
  await sleep(forMs);
  await loop.stop();
  return loop.answered();
}

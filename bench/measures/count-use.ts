// How many object calls and rows a row of the table needs: counted on a second server of it, which is not timed. Rows are
// counted over the whole life of what was counted, from the first request until its objects have deleted what expired:
// a delete is billed as a row written, and so is setting the alarm that leads to it.

import { setTimeout as sleep } from "node:timers/promises";
import type { Use } from "../contenders/contender.ts";
import { startClosedLoop } from "../load/closed-loop.ts";
import type { Target } from "../load/target.ts";
import { type RunningRow, toTarget } from "./row.ts";

/** Share of the time until the state of a counter that was never seen has settled. */
const WARM_UP_SHARE = 0.4;

/** A row whose load is over, and whose objects may still have to delete what expires. */
export interface Loaded {
  /** Per 1,000 requests. To be called once. */
  readonly readUse: () => Promise<Use>;
}

/** Sends the load of one row; undefined where there are no objects. */
export async function loadCounted(
  { server, origin, workload }: RunningRow,
  forMs: number,
): Promise<Loaded | undefined> {
  const counting = await server.startCounting?.();
  if (counting === undefined) return undefined;
  const target = toTarget(counting.port, workload);
  const first = await load(target, forMs * WARM_UP_SHARE);
  const before = await counting.readUse();
  const answered = await load(target, forMs * (1 - WARM_UP_SHARE));
  const after = await counting.readUse();
  origin.takeAdmitted();
  const readUse = async (): Promise<Use> => {
    const { rowsWritten } = await counting.readUse();
    await counting.stop();
    return {
      calls: ((after.calls - before.calls) / answered) * 1e3,
      rowsWritten: rowsWritten === undefined ? undefined : (rowsWritten / (first + answered)) * 1e3,
    };
  };
  return { readUse };
}

async function load(target: Target, forMs: number): Promise<number> {
  const loop = startClosedLoop(target);
  await sleep(forMs);
  await loop.stop();
  return loop.answered();
}

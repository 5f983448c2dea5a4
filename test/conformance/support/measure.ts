// What a piece of work costs the gateway: memory and computing time of its workerd. Read from /proc, which only Linux has;
// elsewhere everything costs nothing.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { Gateway } from "./gateway.ts";

export interface Measured {
  /** How much more memory it held meanwhile, at the most. */
  readonly grownBytes: number;
  readonly cpuMs: number;
}

const SAMPLE_MS = 50;
const HAS_PROC = existsSync("/proc/self/status");
/** The kernel counts in hundredths of a second. */
const TICK_MS = 10;

export async function measure(
  { processIds }: Pick<Gateway, "processIds">,
  work: () => Promise<unknown>,
): Promise<Measured> {
  if (HAS_PROC && processIds.length === 0) throw new Error("Nothing to be measured");
  const before = await readMemoryBytes(processIds);
  const cpuBeforeMs = await readCpuMs(processIds);
  const done = new AbortController();
  let most = before;
  const watch = async (): Promise<void> => {
    while (!done.signal.aborted) {
      most = Math.max(most, await readMemoryBytes(processIds));
      await wait(SAMPLE_MS);
    }
  };
  const watched = watch();
  try {
    await work();
  } finally {
    done.abort();
    await watched;
  }
  return { grownBytes: most - before, cpuMs: (await readCpuMs(processIds)) - cpuBeforeMs };
}

async function readMemoryBytes(processIds: readonly number[]): Promise<number> {
  const toBytes = (status: string): number => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  return await sum(processIds, "status", toBytes);
}

/** Time in its own code and in the kernel's. */
async function readCpuMs(processIds: readonly number[]): Promise<number> {
  const toMs = (stat: string): number => {
    const [, own = 0, kernel = 0] = /^\d+ \(.*\) \S(?: \S+){10} (\d+) (\d+)/.exec(stat) ?? [];
    return (Number(own) + Number(kernel)) * TICK_MS;
  };
  return await sum(processIds, "stat", toMs);
}

async function sum(
  processIds: readonly number[],
  file: string,
  toNumber: (text: string) => number,
): Promise<number> {
  const texts = await Promise.all(processIds.map((id) => readFile(`/proc/${id}/${file}`, "utf8")));
  return texts.reduce((total, text) => total + toNumber(text), 0);
}

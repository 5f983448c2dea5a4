// Rows as the bench measures them, with figures that are easy to reckon with.

import type { Contender } from "../../bench/contenders/contender.ts";
import { contenders } from "../../bench/contenders/registry.ts";
import type { MeasuredRow } from "../../bench/measures/summarize.ts";
import type { Turn } from "../../bench/measures/take-turn.ts";
import { workloads } from "../../bench/workloads/registry.ts";

const find = <Named extends { readonly name: string }>(all: readonly Named[], wanted: string): Named => {
  const found = all.find(({ name }) => name === wanted);
  if (found === undefined) throw new Error(`no ${wanted}`);
  return found;
};

/** 100 answers of 200, all of which the origin gave. */
export const TURN: Turn = {
  cpuUs: 100,
  requestsPerSecond: 5_000,
  busy: 1,
  p50Ms: 1,
  p99Ms: 2,
  outcomes: [new Map([[200, 100]])],
  deniedEarly: 0,
  cacheWrites: 0,
  admitted: 100,
  unmodified: 0,
  allowed: undefined,
  excess: 0,
};

export interface Sample {
  readonly contender: string;
  readonly workload?: string;
  /** A contender that is not registered is like this one. */
  readonly like?: string;
  readonly turns?: readonly Partial<Turn>[];
  readonly use?: MeasuredRow["use"];
}

export function toRow({ contender, workload = "hot-key", like, turns = [{}], use }: Sample): MeasuredRow {
  const registered: Contender = find(contenders, like ?? contender);
  return {
    contender: { ...registered, name: contender },
    workload: find(workloads, workload),
    turns: turns.map((turn) => ({ ...TURN, ...turn })),
    use,
  };
}

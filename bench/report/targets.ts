// What Headgate is to reach, as ratios and counts of one run, and whether this run reached it.

import { isHeadgate } from "../contenders/registry.ts";
import { type Summary, toRatio } from "../measures/summarize.ts";
import { alignTable } from "./align-table.ts";

interface Target {
  readonly what: string;
  readonly goal: Goal;
  /** undefined: a row that it needs did not run. */
  readonly measure: (rows: Rows) => number | undefined;
}

interface Goal {
  readonly limit: number;
  /** The limit itself does not reach it. */
  readonly isBelow?: boolean;
  readonly unit: "x" | "";
}

const LEASED = "headgate-leased";
const EXACT = "headgate-exact";
/** One policy, decided as a configuration without a word about it is. */
const ONE_POLICY = [LEASED, "headgate-exact"] as const;

const targets: readonly Target[] = [
  {
    what: "hot key, leased: CPU against a Worker that only forwards",
    goal: { limit: 1.15, unit: "x" },
    measure: (rows) => rows.find([LEASED], "hot-key")?.timesForward,
  },
  {
    what: "hot key, leased: CPU against one naive object call a request",
    goal: { limit: 0.5, unit: "x" },
    measure: (rows) => rows.compare([LEASED, "hot-key"], ["naive-object", "hot-key"]),
  },
  {
    what: "hot key, exact: CPU against the floor",
    goal: { limit: 1.25, unit: "x" },
    measure: (rows) => rows.compare([EXACT, "hot-key"], ["floor", "hot-key"]),
  },
  {
    what: "hot key, exact: CPU against one naive object call a request",
    goal: { limit: 1.25, unit: "x" },
    measure: (rows) => rows.compare([EXACT, "hot-key"], ["naive-object", "hot-key"]),
  },
  {
    what: "hot key, leased: CPU against no policy",
    goal: { limit: 1.05, unit: "x" },
    measure: (rows) => rows.compare([LEASED, "hot-key"], ["headgate-forward", "hot-key"]),
  },
  {
    what: "1,000 keys Zipf, leased: CPU against one naive object call a request",
    goal: { limit: 0.95, unit: "x" },
    measure: (rows) => rows.compare([LEASED, "zipf"], ["naive-object", "zipf"]),
  },
  {
    what: "flood over the limit: CPU against a constant 429 that has read URL and fields",
    goal: { limit: 1.05, unit: "x" },
    measure: (rows) => rows.compare([LEASED, "flood"], ["deny-all", "flood"]),
  },
  {
    what: "flood over the limit: CPU against a bare Worker",
    goal: { limit: 1.3, unit: "x" },
    measure: (rows) => rows.find(ONE_POLICY, "flood")?.timesBare,
  },
  {
    what: "cache hit: CPU against a Worker that only forwards",
    goal: { limit: 1, isBelow: true, unit: "x" },
    measure: (rows) => rows.find(["headgate-cache"], "cache-hit")?.timesForward,
  },
  {
    what: "cache hit: CPU against Headgate when it forwards",
    goal: { limit: 1, isBelow: true, unit: "x" },
    measure: (rows) => rows.compare(["headgate-cache", "cache-hit"], ["headgate-forward", "hot-key"]),
  },
  {
    what: "revalidation: CPU against a Worker that only forwards",
    goal: { limit: 2, unit: "x" },
    measure: (rows) => rows.find(["headgate-cache"], "revalidation")?.timesForward,
  },
  {
    what: "revalidation: writes to the Cache API in 1,000 requests",
    goal: { limit: 1, unit: "" },
    measure: (rows) => {
      const row = rows.find(["headgate-cache"], "revalidation");
      return row && (row.cacheWritesPer1000 ?? 0);
    },
  },
  {
    what: "hot key, leased: object calls in 1,000 requests",
    goal: { limit: 20, unit: "" },
    measure: (rows) => rows.find([LEASED], "hot-key")?.use?.calls,
  },
  {
    what: "1,000 keys Zipf, leased: object calls in 1,000 requests",
    goal: { limit: 250, unit: "" },
    measure: (rows) => rows.find([LEASED], "zipf")?.use?.calls,
  },
  {
    what: "flood over the limit: object calls in 1,000 requests",
    goal: { limit: 5, unit: "" },
    measure: (rows) => rows.find(ONE_POLICY, "flood")?.use?.calls,
  },
  {
    what: "hot key: rows written in 1,000 requests",
    goal: { limit: 5, unit: "" },
    measure: (rows) => rows.find(ONE_POLICY, "hot-key")?.use?.rowsWritten,
  },
  {
    what: "three exact policies on one request: CPU against one exact",
    goal: { limit: 1.1, unit: "x" },
    measure: (rows) => rows.compare(["headgate-three-policies", "hot-key"], [EXACT, "hot-key"]),
  },
  {
    what: "over-admission of Headgate, all rows together",
    goal: { limit: 0, unit: "" },
    measure: (rows) => rows.sumExcess(),
  },
];

class Rows {
  readonly #summaries: readonly Summary[];

  constructor(summaries: readonly Summary[]) {
    this.#summaries = summaries;
  }

  /** Of the first of the contenders that ran under the workload. */
  find(contenders: readonly string[], workload: string): Summary | undefined {
    const running = this.#summaries.filter((summary) => summary.workload.name === workload);
    return contenders
      .map((name) => running.find(({ contender }) => contender.name === name))
      .find((summary) => summary !== undefined);
  }

  /** CPU time of one [contender, workload] against another's. */
  compare(
    [one, workload]: readonly [string, string],
    [other, otherWorkload]: readonly [string, string],
  ): number | undefined {
    return toRatio(this.find([one], workload)?.cpuUsEach, this.find([other], otherWorkload)?.cpuUsEach);
  }

  sumExcess(): number | undefined {
    const limited = this.#summaries.filter(
      ({ contender, allowed, denied }) => isHeadgate(contender) && allowed !== undefined && denied > 0,
    );
    return limited.length === 0 ? undefined : limited.reduce((sum, { excess }) => sum + excess, 0);
  }
}

export function toTargetTable(summaries: readonly Summary[]): string {
  const rows = new Rows(summaries);
  const lines = targets.map(({ what, goal, measure }) => {
    const value = measure(rows);
    return [
      what,
      toGoalCell(goal),
      value === undefined ? "-" : toValueCell(value, goal),
      toVerdict(value, goal),
    ];
  });
  return alignTable([["target", "goal", "measured", "verdict"], ...lines], { names: 1 });
}

function toGoalCell({ limit, isBelow = false, unit }: Goal): string {
  return `${isBelow ? "below" : "at most"} ${limit}${unit === "" ? "" : ` ${unit}`}`;
}

function toValueCell(value: number, { unit }: Goal): string {
  return unit === "x" ? `${value.toFixed(2)} x` : value.toFixed(value < 10 && value > 0 ? 1 : 0);
}

function toVerdict(value: number | undefined, { limit, isBelow = false }: Goal): string {
  if (value === undefined || Number.isNaN(value)) return "not measured";
  return (isBelow ? value < limit : value <= limit) ? "met" : "not met";
}

// Everything that a run says about itself, as Markdown that is also readable in a terminal.

import { BUSY_PERCENT_MIN, toTable } from "./table.ts";
import type { Summary } from "../measures/summarize.ts";
import { toTargetTable } from "./targets.ts";

export interface Run {
  readonly summaries: readonly Summary[];
  readonly faults: readonly string[];
  /** As it was typed. */
  readonly command: string;
  readonly machine: readonly string[];
  readonly generations: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Load averages. */
  readonly loadBefore: number;
  readonly loadAfter: number;
  readonly areCoresSplit: boolean;
  /** Requests per second of the latencies. */
  readonly rate: number;
  /** Contenders that did not run, and why. */
  readonly leftOut: readonly string[];
}

/** Above this, others were at work: two processes of the run itself want two cores. */
export const QUIET_LOAD_MAX = 1.5;

export function toReport(run: Run): string {
  const { summaries, faults, command, machine, generations, rounds, seconds, loadBefore, loadAfter } = run;
  const facts = [
    `Command: \`${command}\``,
    ...machine,
    `Run: medians of ${generations} x ${rounds} rounds, ${seconds} s; load average ${loadBefore.toFixed(1)} before, ${loadAfter.toFixed(1)} after`,
    run.areCoresSplit
      ? "Cores: the server has one, generator and origin another"
      : "Cores: NOT split, servers and load share them",
    `CPU, requests/s, calls and rows: under full load; ">=" where the server had less than ${BUSY_PERCENT_MIN} % of its core`,
    `p50 and p99: at ${run.rate} requests/s`,
    `Left out: ${run.leftOut.length === 0 ? "nothing" : run.leftOut.join("; ")}`,
  ];
  if (loadBefore > QUIET_LOAD_MAX)
    facts.push("LOADED: others were at work on this machine before the run began. Trust the ratios only");
  const warnings = faults.map((fault) => `- FAULT: ${fault}`);
  const lists = [...facts.map((fact) => `- ${fact}`), ...warnings].join("\n");
  return `${toTable(summaries)}\n\n${toTargetTable(summaries)}\n\n${lists}`;
}

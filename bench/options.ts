// The command line of the bench, and how it spreads its time.

import { parseArgs } from "node:util";
import { CommandError } from "../src/cli/command-error.ts";
import { contenders } from "./contenders/registry.ts";
import type { Row } from "./measures/row.ts";
import type { Times } from "./measures/take-turn.ts";
import { workloads } from "./workloads/registry.ts";

export const USAGE = `Usage: npm run bench -- [options]
  --quick              about 6 minutes instead of 16; noisier. Two of them until what expired is deleted, and counted
  --only <names>       these contenders: ${contenders.map(({ name }) => name).join(", ")}
  --workload <name>    every contender under this workload instead of its own: ${workloads.map(({ name }) => name).join(", ")}
  --rounds <n>         turns of each row and start of its server; the run takes longer by as much
  --markdown <file>    writes the report into the file too, between its two comments <!-- bench:begin --> and end
  --world              the round trips that a request waits for, instead of its CPU time: see --world --help
  --help`;

export interface Options {
  readonly rows: readonly Row[];
  readonly effort: Effort;
  /** The document that the report is written into. */
  readonly markdown: string | undefined;
  readonly wantsHelp: boolean;
}

export interface Effort {
  readonly generations: number;
  readonly rounds: number;
  /** For all turns of all rows together, without what each server has to itself after it has started. */
  readonly turnsMs: number;
  /** For counting object calls and rows, of all rows together. */
  readonly countsMs: number;
}

const FULL: Effort = { generations: 3, rounds: 2, turnsMs: 260_000, countsMs: 120_000 };
const QUICK: Effort = { generations: 1, rounds: 3, turnsMs: 50_000, countsMs: 30_000 };
/** Low enough for the slowest contender, and the same for all: latencies are compared at one rate. */
const RATE = 250;
/** Full load on a server that has just started, before anything is measured: for compilers, and until memory has settled. */
const START_MS = 3_000;
/** How a turn is divided. */
const SHARES = { warmUp: 0.15, fullLoad: 0.5, fixedRate: 0.35 } as const;

/** Throws a CommandError for what is not known. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = readArgs(args);
  const chosen = values.only?.split(",").map((name) => find(contenders, name, "contender")) ?? contenders;
  const forced = values.workload === undefined ? undefined : find(workloads, values.workload, "workload");
  const rows = chosen.flatMap((contender) =>
    (forced === undefined ? contender.workloads : [forced]).map((workload) => ({ contender, workload })),
  );
  const effort = values.quick ? QUICK : FULL;
  return {
    rows,
    effort: values.rounds === undefined ? effort : withRounds(effort, values.rounds),
    markdown: values.markdown,
    wantsHelp: values.help,
  };
}

/** The more rows, the shorter their turns: the whole run takes the same time. */
export function toTimes({ generations, rounds, turnsMs, countsMs }: Effort, rows: number): Times {
  const turnMs = turnsMs / (rows * generations * rounds);
  return {
    startMs: START_MS,
    warmUpMs: turnMs * SHARES.warmUp,
    fullLoadMs: turnMs * SHARES.fullLoad,
    fixedRateMs: turnMs * SHARES.fixedRate,
    rate: RATE,
    countsMs,
  };
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the type is what parseArgs infers
function readArgs(args: readonly string[]) {
  const options = {
    quick: { type: "boolean", default: false },
    only: { type: "string" },
    workload: { type: "string" },
    rounds: { type: "string" },
    markdown: { type: "string" },
    help: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args: [...args], options, strict: true });
  } catch (error) {
    throw new CommandError(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

/** As many turns as asked for, each as long as before. */
function withRounds(effort: Effort, text: string): Effort {
  if (!/^[1-9]\d{0,2}$/.test(text))
    throw new CommandError(`Cannot run ${JSON.stringify(text)} rounds: must be 1 to 999\n${USAGE}`);
  const rounds = Number(text);
  return { ...effort, rounds, turnsMs: (effort.turnsMs * rounds) / effort.rounds };
}

function find<Named extends { readonly name: string }>(
  all: readonly Named[],
  name: string,
  kind: string,
): Named {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new CommandError(`Cannot run ${kind} ${JSON.stringify(name)}: there is none of this name\n${USAGE}`);
}

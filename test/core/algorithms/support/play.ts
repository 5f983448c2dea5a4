// Plays a table of requests against one policy, from "never seen" on, and answers what it got in the table's own terms.

import type { Algorithm, Outcome, Verdict } from "../../../../src/core/algorithms/algorithm.ts";

export interface Row {
  readonly atMs: number;
  readonly cost: number;
  readonly outcome: Outcome;
  readonly remaining: number;
  readonly retryAfterMs: number;
  readonly delayMs?: number;
}

export function parse<Config>(
  algorithm: Pick<Algorithm<Config, never>, "parseConfig">,
  options: Readonly<Record<string, unknown>>,
): Config {
  const parsed = algorithm.parseConfig(options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

/** The problems of options that are refused, as "path: message". */
export function parseProblems(
  algorithm: Pick<Algorithm<unknown, never>, "parseConfig">,
  options: Readonly<Record<string, unknown>>,
): readonly string[] {
  const parsed = algorithm.parseConfig(options);
  return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

export interface Played<State> {
  readonly rows: readonly Row[];
  readonly state: State | undefined;
}

export function play<Config, State>(
  algorithm: Algorithm<Config, State>,
  config: Config,
  requests: readonly Pick<Row, "atMs" | "cost">[],
): Played<State> {
  let state: State | undefined;
  const rows: Row[] = [];
  for (const { atMs, cost } of requests) {
    const verdict = algorithm.decide(config, state, { nowMs: atMs, cost });
    state = verdict.state;
    rows.push({ atMs, cost, ...toFigures(verdict) });
  }
  return { rows, state };
}

function toFigures({
  outcome,
  remaining,
  retryAfterMs,
  delayMs,
}: Verdict<unknown>): Omit<Row, "atMs" | "cost"> {
  return { outcome, remaining, retryAfterMs, ...(delayMs === undefined ? {} : { delayMs }) };
}

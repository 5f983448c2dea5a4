// Reads what says how much: a limit that is no number (limit-rule.ts), and the options of the policy's algorithm, which it
// checks itself.

import type { Algorithm } from "../algorithms/algorithm.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import { type LimitRule, readLimit } from "./limit-rule.ts";

type Options = Readonly<Record<string, unknown>>;

export interface ParsedLimits {
  /** What the algorithm made of the options. */
  readonly settings: unknown;
  /** The algorithm's options, with a limit that is a number, times the factor. */
  readonly options: Options;
  readonly rule: LimitRule | undefined;
}

/** `limitFactor` multiplies limits and bursts. */
export function parseLimits(
  algorithm: Algorithm<unknown, unknown>,
  written: Options,
  limitFactor: number,
): Result<ParsedLimits> {
  const read = readLimit(written, limitFactor);
  if (!read.ok) return read;
  const { options, rule } = read.value;
  const settings = parseSettings(algorithm, options, limitFactor);
  if (!settings.ok) return settings;
  const most = rule?.kind === "claim" ? parseMost(algorithm, options, rule.max) : settings;
  if (!most.ok) return most;
  const picked = Object.entries(scale(options, limitFactor)).filter(([name]) =>
    algorithm.optionNames.includes(name),
  );
  return ok({ settings: settings.value, options: Object.fromEntries(picked), rule });
}

/** What a claim may say at most must be right too. */
function parseMost(algorithm: Algorithm<unknown, unknown>, options: Options, max: number): Result<unknown> {
  const parsed = algorithm.parseConfig({ ...options, limit: max });
  if (parsed.ok) return parsed;
  return err(parsed.error.map(toMaxProblem));
}

function toMaxProblem({ path, code, message }: Problem): Problem {
  return { path: path === "limit" ? "limit.max" : path, code, message };
}

/** What is written must be right by itself, and also after multiplying. */
function parseSettings(
  algorithm: Algorithm<unknown, unknown>,
  options: Options,
  limitFactor: number,
): Result<unknown> {
  const written = algorithm.parseConfig(options);
  if (!written.ok || limitFactor === 1) return written;
  const scaled = algorithm.parseConfig(scale(options, limitFactor));
  if (scaled.ok) return scaled;
  const toProblem = ({ path, code, message }: Problem): Problem => ({
    path,
    code,
    message: `${message} after LIMIT_FACTOR ${limitFactor}`,
  });
  return err(scaled.error.map(toProblem));
}

function scale(options: Options, factor: number): Options {
  const scaled: Record<string, unknown> = { ...options };
  for (const name of ["limit", "burst"]) {
    const value = scaled[name];
    if (typeof value === "number") scaled[name] = value * factor;
  }
  return scaled;
}

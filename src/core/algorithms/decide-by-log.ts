// The decision and the charge of every algorithm whose state is a log of units.

import type { Charge, Moment, Verdict } from "./algorithm.ts";
import { toVerdict } from "./to-verdict.ts";
import {
  addToLog,
  type CountedLog,
  countLog,
  giveBackToLog,
  type LogBounds,
  toFreeMs,
  type UnitLog,
} from "./unit-log.ts";

/** The rules of such an algorithm, from its configuration. */
export interface LogRules<State> {
  readonly bounds: LogBounds;
  /** The time under which units taken at `atMs` are logged: the same, or the start of its sub-window. */
  readonly toStampMs: (atMs: number) => number;
  /** A stored state as today's configuration reads it. */
  readonly toLog: (state: State) => UnitLog;
  readonly toState: (log: UnitLog) => State;
}

export function decideByLog<State>(
  rules: LogRules<State>,
  state: State | undefined,
  moment: Moment,
): Verdict<State> {
  const { bounds, toStampMs, toState } = rules;
  const { capacity } = bounds;
  const log = count(rules, state, moment.nowMs);
  return toVerdict(moment, {
    state,
    capacity,
    remaining: capacity - log.used,
    take: () => toState(addToLog(log, toStampMs(log.atMs), moment.cost)),
    toFitMs: () => toFreeMs(log, capacity - moment.cost, bounds),
    toExpiryMs: (kept) => toLogExpiryMs(rules, kept),
  });
}

export function chargeLog<State>(
  rules: LogRules<State>,
  state: State | undefined,
  { nowMs, units, takenAtMs = nowMs }: Charge,
): State {
  const { bounds, toStampMs, toState } = rules;
  const log = count(rules, state, nowMs);
  if (units === 0) return toState(log);
  if (units < 0)
    return toState(giveBackToLog(log, { takenAtMs: toStampMs(takenAtMs), units: -units }, bounds));
  const charged = addToLog(log, toStampMs(log.atMs), Math.min(units, bounds.capacity));
  return toState(countLog(charged, log.atMs, bounds));
}

/** Epoch milliseconds from which nothing of the log counts any more. */
export function toLogExpiryMs<State>({ bounds, toLog }: LogRules<State>, state: State): number {
  const log = toLog(state);
  return toFreeMs(countLog(log, log.atMs, bounds), 0, bounds);
}

function count<State>(
  { bounds, toLog }: LogRules<State>,
  state: State | undefined,
  nowMs: number,
): CountedLog {
  return countLog(state === undefined ? undefined : toLog(state), nowMs, bounds);
}

// Runs a random course of requests against one policy. Waits and costs are drawn relative to the policy and to what it
// last said, so that most of them fall on the edges where it changes its mind.

import * as fc from "fast-check";
import type { Verdict } from "../../../../src/core/algorithms/algorithm.ts";
import { UNIT_PARTS } from "../../../../src/core/algorithms/stored-state.ts";
import type { Taken } from "./naive-models.ts";
import type { Policy, Subject } from "./subjects.ts";

export const FIFTY_YEARS_MS = 50 * 365 * 86_400_000;

/** A wait or a cost: a fixed amount, or `thousandths` of a length, plus an offset. */
export interface Amount {
  readonly of: "nothing" | "whole" | "said";
  readonly thousandths: number;
  readonly offset: number;
}

export interface Step {
  readonly wait: Amount;
  readonly cost: Amount;
  /** How far the clock has gone back at this step. */
  readonly backMs: number;
  /** Which earlier request is given back after this one: its place, counted from the last; undefined: none. */
  readonly giveBack: number | undefined;
}

export const amount: fc.Arbitrary<Amount> = fc.oneof(
  fc.record({
    of: fc.constant("nothing" as const),
    thousandths: fc.constant(0),
    offset: fc.integer({ min: 0, max: 3 }),
  }),
  fc.record({
    of: fc.constant("whole" as const),
    thousandths: fc.oneof(fc.constantFrom(0, 500, 1_000, 2_000), fc.integer({ min: 0, max: 2_500 })),
    offset: fc.integer({ min: -1, max: 1 }),
  }),
  fc.record({
    of: fc.constant("said" as const),
    thousandths: fc.constant(1_000),
    offset: fc.integer({ min: -1, max: 1 }),
  }),
);

const anyStep: fc.Arbitrary<Step> = fc.record({
  wait: amount,
  cost: amount,
  backMs: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 5_000 }) },
  ),
  giveBack: fc.option(fc.nat(5), { freq: 5, nil: undefined }),
});

export const toSteps = (maxLength: number, minLength = 0): fc.Arbitrary<Step[]> =>
  fc.array(anyStep, { minLength, maxLength });
export const steps = toSteps(25);
export const startsMs = fc.oneof(
  fc.constantFrom(0, 1_700_000_000_000),
  fc.integer({ min: 0, max: 1_700_000_000_000 + FIFTY_YEARS_MS }),
);

/** One request of a course, with the state before it. */
export interface Visit {
  readonly state: unknown;
  readonly nowMs: number;
  readonly cost: number;
  readonly verdict: Verdict<unknown>;
  /** Everything taken before and not given back, at the times that the counter knows; goes on growing after the visit. */
  readonly taken: readonly Taken[];
  /** The counter's own clock at this request: never behind what it has seen. */
  readonly clockMs: number;
}

export interface Course {
  readonly startMs: number;
  readonly steps: readonly Step[];
  readonly givesBack?: boolean;
  /** Parts of a unit that every request costs besides, where it may cost as much. */
  readonly parts?: number;
}

/** The end of a course. */
export interface End {
  readonly state: unknown;
  readonly nowMs: number;
  readonly clockMs: number;
  /** When each admitted request went on. */
  readonly started: readonly Taken[];
  readonly taken: readonly Taken[];
}

export function run(subject: Subject, policy: Policy, course: Course, visit?: (visit: Visit) => void): End {
  const { algorithm } = subject;
  const { config } = policy;
  const started: Taken[] = [];
  const taken: Taken[] = [];
  let state: unknown;
  let clockMs = 0;
  let wallMs = course.startMs;
  let nowMs = wallMs;
  let said = { waitMs: 0, remaining: 0 };
  for (const step of course.steps) {
    wallMs += toAmount(step.wait, policy.lengthMs, said.waitMs);
    nowMs = Math.max(0, wallMs - step.backMs);
    const counterMs = Math.max(clockMs, nowMs);
    const whole = toAmount(step.cost, policy.capacity, said.remaining);
    const isPart = whole > 0 && whole < policy.capacity;
    const cost = isPart ? whole + (course.parts ?? 0) / UNIT_PARTS : whole;
    const verdict = algorithm.decide(config, state, { nowMs, cost });
    visit?.({ state, nowMs, cost, verdict, taken, clockMs: counterMs });
    said = { waitMs: toWaitMs(verdict), remaining: verdict.remaining };
    state = deepFreeze(verdict.state);
    if (verdict.outcome === "allowed" && cost > 0) {
      clockMs = counterMs;
      taken.push({ atMs: counterMs, cost });
      started.push({ atMs: counterMs + (verdict.delayMs ?? 0), cost });
    }
    const given = course.givesBack === true ? takeOut(taken, step.giveBack) : undefined;
    if (given === undefined) continue;
    clockMs = counterMs;
    const returned = { nowMs, units: -given.cost, takenAtMs: given.atMs };
    state = deepFreeze(algorithm.charge(config, state, returned));
  }
  return { state, nowMs, clockMs, started, taken };
}

function toWaitMs({ outcome, retryAfterMs, resetMs }: Verdict<unknown>): number {
  return outcome === "denied" ? retryAfterMs : resetMs;
}

function takeOut(taken: Taken[], fromLast: number | undefined): Taken | undefined {
  const index = fromLast === undefined ? -1 : taken.length - 1 - fromLast;
  return index < 0 ? undefined : taken.splice(index, 1)[0];
}

export function toAmount({ of, thousandths, offset }: Amount, whole: number, said: number): number {
  const base = { nothing: 0, whole, said }[of];
  return Math.max(0, Math.floor((base * thousandths) / 1_000) + offset);
}

/** A state that a later decision changes in place would throw here. */
export function deepFreeze(value: unknown): unknown {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

// What every algorithm promises of costs that are no whole numbers, as those of policies that follow a pool are.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import { UNIT_PARTS } from "../../../src/core/algorithms/stored-state.ts";
import { toRuns } from "../../property-runs.ts";
import { findWorst } from "./support/naive-models.ts";
import { type Course, run, startsMs, steps } from "./support/run.ts";
import { type Policy, type Subject, subjects } from "./support/subjects.ts";

const RUNS = toRuns(60);
const courses = fc.record({ startMs: startsMs, steps, parts: fc.integer({ min: 0, max: UNIT_PARTS - 1 }) });

function check(subject: Subject, property: (policy: Policy, course: Course) => void): void {
  fc.assert(fc.property(subject.policies, courses, property), { numRuns: RUNS });
}

const copy = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

describe.each(subjects.map((subject) => [subject.name, subject] as const))("%s", (name, subject) => {
  const { algorithm } = subject;

  test("decide() denies a cost with a fraction until the very millisecond that it said", () => {
    check(subject, (policy, course) => {
      run(subject, policy, course, ({ state, nowMs, cost, verdict }) => {
        if (verdict.outcome !== "denied") return;
        const outcomes = [verdict.retryAfterMs - 1, verdict.retryAfterMs].map(
          (waitMs) => algorithm.decide(policy.config, state, { nowMs: nowMs + waitMs, cost }).outcome,
        );
        expect(outcomes).toEqual(["denied", "allowed"]);
      });
    });
  });

  test("a state with fractions goes through JSON, and says how many whole units are left", () => {
    check(subject, (policy, course) => {
      run(subject, policy, { ...course, givesBack: true }, ({ state, nowMs, cost, verdict }) => {
        expect(Number.isSafeInteger(verdict.remaining) && verdict.remaining >= 0).toBe(true);
        const read = algorithm.parseState(copy(state));
        expect(read).toEqual({ ok: true, value: state });
        if (read.ok) expect(algorithm.decide(policy.config, read.value, { nowMs, cost })).toEqual(verdict);
      });
    });
  });

  test("no window admits more than its worst case, fractions and all", () => {
    check(subject, (policy, course) => {
      const { started } = run(subject, policy, course);
      const costMax = Math.max(1, ...started.map(({ cost }) => cost));
      const { unitsMax, toWindowStartMs } = subject.toWorstCase(policy.config, costMax);
      const worst = findWorst(started, toWindowStartMs);
      // The last of a queue goes on before all of the limit was used: of whole units that is limit + cost - 1.
      if (name === "leaky-bucket") expect(worst).toBeLessThan(unitsMax + 1);
      else expect(Math.floor(worst)).toBeLessThanOrEqual(Math.floor(unitsMax));
    });
  });
});

describe("a bucket", () => {
  const bucket = toAlgorithm("token-bucket");
  const config = { limit: 10, windowMs: 10, burst: 10 };
  /** The least more than 1: far less than a tenth of a unit, which is a part of a window of 10 milliseconds. */
  const cost = 1 + 1 / UNIT_PARTS;

  test("takes fractions of a part of its window: never more than there is", () => {
    let state: unknown;
    let admitted = 0;
    for (;;) {
      const verdict = bucket.decide(config, state, { nowMs: 0, cost });
      if (verdict.outcome !== "allowed") break;
      ({ state } = verdict);
      admitted += 1;
    }
    expect(admitted).toBe(9);
  });

  test("gives back no more than it took", () => {
    let state = bucket.charge(config, undefined, { nowMs: 0, units: 5 });
    const before = bucket.decide(config, state, { nowMs: 0, cost: 0 }).remaining;
    for (const units of [cost, -cost, 1.5, -1.5]) state = bucket.charge(config, state, { nowMs: 0, units });
    expect(bucket.decide(config, state, { nowMs: 0, cost: 0 }).remaining).toBeLessThanOrEqual(before);
    expect(bucket.decide(config, state, { nowMs: 0, cost: 0 }).remaining).toBeGreaterThanOrEqual(before - 1);
  });
});

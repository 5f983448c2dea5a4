// What every algorithm promises, as properties over every entry of the registry.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/core/algorithms/algorithm.ts";
import { charges, findAdmittedTooEarly } from "./support/foretell.ts";
import { findWorst } from "./support/naive-models.ts";
import { type Course, FIFTY_YEARS_MS, run, startsMs, steps, toSteps } from "./support/run.ts";
import { EVERYTHING, type Policy, type Subject, subjects } from "./support/subjects.ts";
import { toRuns } from "../../property-runs.ts";

const RUNS = toRuns(120);
const STEPS = toRuns(10_000);
const limits = fc.oneof(...[20, 10_000, 2 ** 40].map((max) => fc.integer({ min: 1, max })));
const courses = fc.record({ startMs: startsMs, steps });

function check(subject: Subject, property: (policy: Policy, course: Course) => void, numRuns = RUNS): void {
  fc.assert(fc.property(subject.policies, courses, property), { numRuns });
}

const withoutState = (verdict: Verdict<unknown>): unknown => ({ ...verdict, state: undefined });

const copy = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));

describe.each(subjects.map((subject) => [subject.name, subject] as const))("%s", (_, subject) => {
  const { algorithm } = subject;

  const decide = (
    { config }: Policy,
    state: unknown,
    moment: { nowMs: number; cost: number },
  ): Verdict<unknown> => algorithm.decide(config, state, moment);

  function expectAgreement(policy: Policy, course: Course): void {
    const { config, capacity } = policy;
    run(
      subject,
      policy,
      { ...course, givesBack: policy.givesBackExactly },
      ({ cost, verdict, taken, clockMs }) => {
        const fits = (units: number): boolean =>
          subject.admits(config, taken, { atMs: clockMs, cost: units });
        const wanted = cost === 0 || fits(cost) ? "allowed" : "denied";
        expect(verdict.outcome).toBe(cost > capacity ? "impossible" : wanted);
        if (!policy.remainingIsCost) return;
        const before = verdict.remaining + (verdict.outcome === "allowed" ? cost : 0);
        expect([before === 0 || fits(before), fits(before + 1)]).toEqual([true, false]);
      },
    );
  }

  test("decide() agrees with a naive log of everything that was taken and not given back", () => {
    check(subject, expectAgreement);
  });

  test("decide() agrees with it when years pass between requests, over more than 50 years", () => {
    check(subject, (policy, { steps: few }) => {
      expectAgreement({ ...policy, lengthMs: FIFTY_YEARS_MS / 10 }, { startMs: 0, steps: few });
    });
  });

  test("decide() denies with the fewest milliseconds, and the fewest whole seconds, until it admits", () => {
    check(subject, (policy, course) => {
      run(subject, policy, course, ({ state, nowMs, cost, verdict }) => {
        if (verdict.outcome !== "denied") return;
        const { retryAfterMs } = verdict;
        const seconds = Math.ceil(retryAfterMs / 1_000);
        const outcomes = [retryAfterMs - 1, retryAfterMs, (seconds - 1) * 1_000, seconds * 1_000].map(
          (waitMs) => decide(policy, state, { nowMs: nowMs + waitMs, cost }).outcome,
        );
        expect(outcomes).toEqual(["denied", "allowed", "denied", "allowed"]);
      });
    });
  });

  test("decide() hands the very state back unless it admits a cost of at least 1", () => {
    check(subject, (policy, course) => {
      run(subject, policy, course, ({ state, cost, verdict }) => {
        if (verdict.outcome !== "allowed" || cost === 0) expect(verdict.state).toBe(state);
        expect(verdict.outcome === "impossible").toBe(cost > policy.capacity);
        expect(verdict.retryAfterMs === Infinity).toBe(verdict.outcome === "impossible");
        expect(verdict.retryAfterMs > 0).toBe(verdict.outcome !== "allowed");
        const figures = [verdict.remaining, verdict.resetMs, verdict.delayMs ?? 0];
        expect(figures.every((figure) => Number.isSafeInteger(figure) && figure >= 0)).toBe(true);
      });
    });
  });

  test("a state that went through JSON decides the same", () => {
    check(subject, (policy, course) => {
      run(subject, policy, { ...course, givesBack: true }, ({ state, nowMs, cost, verdict }) => {
        const read = algorithm.parseState(copy(state));
        expect(read).toEqual({ ok: true, value: state });
        if (read.ok) expect(decide(policy, read.value, { nowMs, cost })).toEqual(verdict);
      });
    });
  });

  test("parseState() refuses what is damaged and what belongs to another algorithm", () => {
    check(
      subject,
      (policy, course) => {
        const { state } = run(subject, policy, course);
        const stored = algorithm.charge(policy.config, state, { nowMs: course.startMs, units: 1 }) as object;
        for (const other of subjects)
          expect(other.algorithm.parseState(copy(stored)).ok).toBe(other === subject);
        const wrong = [undefined, null, -1, 0.3, "1", 2 ** 60, [-1], {}];
        const damaged = Object.keys(stored).flatMap((field) =>
          wrong.map((value) => Object.assign({}, stored, { [field]: value })),
        );
        for (const damage of [null, 0, "", [], {}, [stored], { ...stored, more: 1 }, ...damaged]) {
          expect(algorithm.parseState(damage).ok).toBe(false);
        }
      },
      Math.ceil(RUNS / 4),
    );
  });

  test("a clock that went back counts as the latest one seen", () => {
    fc.assert(
      fc.property(
        subject.policies,
        courses,
        fc.nat(100_000),
        fc.nat(1_000),
        (policy, course, backMs, thousandths) => {
          const { state, clockMs } = run(subject, policy, course);
          if (state === undefined) return;
          const cost = Math.ceil((policy.capacity * thousandths) / 1_000);
          const nowMs = Math.max(0, clockMs - backMs);
          const late = decide(policy, state, { nowMs: clockMs, cost });
          const retryAfterMs =
            late.outcome === "denied" ? late.retryAfterMs + clockMs - nowMs : late.retryAfterMs;
          const resetMs = late.resetMs + clockMs - nowMs;
          expect(decide(policy, state, { nowMs, cost })).toEqual({ ...late, retryAfterMs, resetMs });
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("from expiresAtMs() on, which resetMs announces, a state decides like never seen", () => {
    fc.assert(
      fc.property(subject.policies, courses, fc.nat(100_000), (policy, course, laterMs) => {
        const { config, capacity } = policy;
        const { state } = run(subject, policy, { ...course, givesBack: true }, ({ nowMs, verdict }) => {
          const expiryMs = verdict.state === undefined ? 0 : algorithm.expiresAtMs(config, verdict.state);
          expect(verdict.resetMs).toBe(Math.max(0, expiryMs - nowMs));
        });
        if (state === undefined) return;
        const expiryMs = algorithm.expiresAtMs(config, state);
        for (const nowMs of [expiryMs, expiryMs + laterMs]) {
          for (const cost of [0, 1, capacity, capacity + 1]) {
            const seen = decide(policy, state, { nowMs, cost });
            expect(withoutState(seen)).toEqual(withoutState(decide(policy, undefined, { nowMs, cost })));
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  test("no window ever holds more than the documented worst case", () => {
    fc.assert(
      fc.property(subject.policies, startsMs, toSteps(60, 20), (policy, startMs, many) => {
        const { started } = run(subject, policy, { startMs, steps: many });
        const costMax = Math.max(1, ...started.map(({ cost }) => cost));
        const { unitsMax, toWindowStartMs } = subject.toWorstCase(policy.config, costMax);
        expect(findWorst(started, toWindowStartMs)).toBeLessThanOrEqual(unitsMax);
      }),
      { numRuns: RUNS },
    );
  });

  test(`${STEPS} steps keep the worst case, the exact retryAfterMs and a state that JSON carries`, () => {
    const [many = []] = fc.sample(toSteps(STEPS, STEPS), { seed: 1, numRuns: 1 });
    for (const policy of fc.sample(subject.policies, { seed: 2, numRuns: 1 })) {
      let visits = 0;
      const course = { startMs: 1_700_000_000_000, steps: many };
      const { started } = run(subject, policy, course, ({ state, nowMs, cost, verdict }) => {
        visits += 1;
        if (visits % 100 === 0) expect(algorithm.parseState(copy(state))).toEqual({ ok: true, value: state });
        if (verdict.outcome !== "denied") return;
        const outcomes = [-1, 0].map(
          (offset) => decide(policy, state, { nowMs: nowMs + verdict.retryAfterMs + offset, cost }).outcome,
        );
        if (outcomes[0] !== "denied" || outcomes[1] !== "allowed")
          expect(outcomes).toEqual(["denied", "allowed"]);
      });
      const { unitsMax, toWindowStartMs } = subject.toWorstCase(policy.config, policy.capacity);
      expect(findWorst(started, toWindowStartMs)).toBeLessThanOrEqual(unitsMax);
      expect(visits).toBe(STEPS);
    }
  });

  test("a changed limit keeps what was used, and raising it never makes anyone wait longer", () => {
    fc.assert(
      fc.property(subject.policies, courses, limits, (policy, course, limit) => {
        const { state, clockMs } = run(subject, policy, course);
        const changed = subject.toPolicy({
          ...policy.options,
          limit,
        });
        if (changed === undefined) return;
        const moment = { nowMs: clockMs, cost: 1 };
        const [before, after] = [policy, changed].map(
          (one) => decide(one, state, { nowMs: clockMs, cost: 0 }).remaining,
        );
        const added = changed.capacity - policy.capacity;
        if (policy.remainingIsCost && before !== undefined && before > 0)
          expect(after).toBe(Math.max(0, before + added));
        if (policy.remainingIsCost && before === 0) expect(after).toBeLessThanOrEqual(Math.max(0, added));
        if (Number(changed.options["limit"]) < Number(policy.options["limit"])) return;
        const waits = [policy, changed].map((one) => decide(one, state, moment).retryAfterMs);
        expect(waits[1]).toBeLessThanOrEqual(waits[0] ?? 0);
      }),
      { numRuns: RUNS },
    );
  });

  test("a changed configuration forgets nothing, stays exact, and locks out for no longer than a full counter of its own", () => {
    fc.assert(
      fc.property(
        subject.policies,
        subject.policies,
        courses,
        fc.nat(1_000),
        (policy, changed, course, thousandths) => {
          const { state, nowMs, clockMs, taken } = run(subject, policy, course);
          const cost = Math.max(1, Math.floor((changed.capacity * thousandths) / 1_000));
          const justTaken = taken.reduce(
            (sum, { atMs, cost: units }) => sum + (atMs === clockMs ? units : 0),
            0,
          );
          const { remaining } = decide(changed, state, { nowMs: clockMs, cost: 0 });
          if (changed.remainingIsCost)
            expect(remaining).toBeLessThanOrEqual(Math.max(0, changed.capacity - justTaken));
          const { outcome, retryAfterMs, ...rest } = decide(changed, state, { nowMs, cost });
          if (outcome !== "denied") return;
          expect(rest.state).toBe(state);
          const everything = { nowMs: Math.max(nowMs, clockMs), units: EVERYTHING };
          const full = algorithm.charge(changed.config, undefined, everything);
          expect(retryAfterMs).toBeLessThanOrEqual(decide(changed, full, { nowMs, cost }).retryAfterMs);
          const outcomes = [-1, 0].map(
            (offset) => decide(changed, state, { nowMs: nowMs + retryAfterMs + offset, cost }).outcome,
          );
          expect(outcomes).toEqual(["denied", "allowed"]);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test("a charge foretells: nothing is admitted after it that would not be after the same units one by one", () => {
    fc.assert(
      fc.property(subject.policies, courses, charges, (policy, course, charge) => {
        expect(findAdmittedTooEarly(subject, policy, course, charge)).toBeUndefined();
      }),
      { numRuns: toRuns(3) * RUNS },
    );
  });

  test("giving back undoes what was just taken, and never gives back more than that or more than is in use", () => {
    fc.assert(
      fc.property(
        subject.policies,
        courses,
        fc.nat(1_000),
        fc.nat(5_000),
        (policy, course, thousandths, laterMs) => {
          const { config, capacity } = policy;
          const { state, clockMs } = run(subject, policy, course);
          const cost = Math.max(1, Math.floor((capacity * thousandths) / 1_000));
          const nowMs = clockMs + 1;
          const verdict = decide(policy, state, { nowMs, cost });
          if (verdict.outcome !== "allowed") return;
          const giveBack = (atMs: number, units: number): number => {
            const back = algorithm.charge(config, verdict.state, {
              nowMs: atMs,
              units: -units,
              takenAtMs: nowMs,
            });
            expect(algorithm.parseState(copy(back))).toEqual({ ok: true, value: back });
            return decide(policy, back, { nowMs: atMs, cost: 0 }).remaining;
          };
          const toRemaining = (given: unknown, atMs: number): number =>
            decide(policy, given, { nowMs: atMs, cost: 0 }).remaining;
          expect(giveBack(nowMs, cost)).toBe(toRemaining(state, nowMs));
          const kept = toRemaining(verdict.state, nowMs + laterMs);
          const given = giveBack(nowMs + laterMs, cost);
          expect(given).toBeGreaterThanOrEqual(kept);
          expect(given).toBeLessThanOrEqual(Math.min(kept + cost, toRemaining(undefined, nowMs + laterMs)));
          expect(giveBack(nowMs, EVERYTHING)).toBeLessThanOrEqual(toRemaining(undefined, nowMs));
        },
      ),
      { numRuns: RUNS },
    );
  });
});

// A counter object's clock that is set back, over rows that outlive its memory: nobody gets more than in a time that went
// on, and nobody waits for the old time to come again.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findWorst, type Taken } from "../algorithms/support/naive-models.ts";
import { type Policy, type Subject, subjects } from "../algorithms/support/subjects.ts";
import { run, startsMs, steps, toAmount } from "../algorithms/support/run.ts";
import { toRuns } from "../../property-runs.ts";
import { NOW_MS } from "./key-desk.ts";
import { ClockedOwner } from "./clocked-owner.ts";
import { toCheck } from "./map-store.ts";

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const RUNS = toRuns(150);
/** In windows that are the same for all, a set back clock shows a time for the second time. */
const isByTheClock = ({ name }: Subject, { options }: Policy): boolean =>
  name === "quota" ||
  name === "sliding-window-counter" ||
  (name === "fixed-window" && options["align"] !== "first-request");

describe.each(subjects.map((subject) => [subject.name, subject] as const))(
  "setBack() of %s",
  (_, subject) => {
    const { algorithm } = subject;
    const backsMs = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 2 * HOUR_MS }));
    const courses = fc.record({ startMs: startsMs, steps, byMs: backsMs });

    test("a state that is set back is one, gives nothing back, and waits for no longer than one that is full", () => {
      fc.assert(
        fc.property(subject.policies, courses, (policy, { startMs, byMs, ...course }) => {
          const { config, capacity } = policy;
          const { state, clockMs } = run(subject, policy, { ...course, startMs: startMs + byMs + 5_000 });
          if (state === undefined) return;
          const back = algorithm.setBack(state, byMs);
          expect(algorithm.parseState(structuredClone(back))).toEqual({ ok: true, value: back });
          const moment = { nowMs: clockMs - byMs, cost: 1 };
          const before = algorithm.decide(config, state, { nowMs: clockMs, cost: 0 });
          const after = algorithm.decide(config, back, { ...moment, cost: 0 });
          expect(after.remaining).toBeLessThanOrEqual(before.remaining);
          const full = algorithm.charge(config, undefined, { nowMs: moment.nowMs, units: 2 * capacity });
          const wait = algorithm.decide(config, back, moment).retryAfterMs;
          if (subject.name !== "leaky-bucket")
            expect(wait).toBeLessThanOrEqual(algorithm.decide(config, full, moment).retryAfterMs);
          if (!isByTheClock(subject, policy) && subject.name !== "sliding-window")
            expect(after).toEqual({ ...before, state: back });
        }),
        { numRuns: RUNS },
      );
    });

    test("in the time that went on, no window holds more than the worst case", () => {
      fc.assert(
        fc.property(subject.policies, courses, steps, (policy, { startMs, byMs, ...course }, later) => {
          if (isByTheClock(subject, policy)) return;
          const first = run(subject, policy, { ...course, startMs: startMs + byMs + 5_000 });
          const started: Taken[] = [...first.started];
          let state = first.state === undefined ? undefined : algorithm.setBack(first.state, byMs);
          let clockMs = first.clockMs;
          for (const { wait, cost: share } of later) {
            clockMs += toAmount(wait, policy.lengthMs, 0);
            const cost = toAmount(share, policy.capacity, 0);
            const verdict = algorithm.decide(policy.config, state, { nowMs: clockMs - byMs, cost });
            if (verdict.outcome === "allowed" && cost > 0)
              started.push({ atMs: clockMs + (verdict.delayMs ?? 0), cost });
            state = verdict.state;
          }
          const costMax = Math.max(1, ...started.map(({ cost }) => cost));
          const { unitsMax, toWindowStartMs } = subject.toWorstCase(policy.config, costMax);
          expect(findWorst(started, toWindowStartMs)).toBeLessThanOrEqual(unitsMax);
        }),
        { numRuns: RUNS },
      );
    });
  },
);

test("what two windows of an estimate hold counts whole in the one that both are in then", () => {
  const { algorithm } = subjects.find(({ name }) => name === "sliding-window-counter") as Subject;
  const state = {
    algorithm: "sliding-window-counter",
    current: 3,
    previous: 5,
    windowMs: 1_000,
    atMs: 10_100,
  };
  const back = { ...state, current: 8, previous: 0, atMs: 9_900 };
  expect(algorithm.setBack(state, 200)).toEqual(back);
  expect(algorithm.setBack(state, 1_200)).toEqual({ ...back, atMs: 8_900 });
  expect([50, 1_000].map((byMs) => algorithm.setBack(state, byMs))).toEqual([
    { ...state, atMs: 10_050 },
    { ...state, atMs: 9_100 },
  ]);
});

const FIVE = 5;
const every: readonly (readonly [string, Record<string, unknown>])[] = [
  ["token-bucket", { window: "10m" }],
  ["leaky-bucket", { window: "10m", delayMax: "8m" }],
  ["sliding-window", { window: "10m" }],
  ["sliding-window-log", { window: "10m" }],
  ["sliding-window-counter", { window: "10m" }],
  ["fixed-window", { window: "10m" }],
  ["fixed-window", { window: "10m", align: "first-request" }],
  ["concurrency", { expires: "10m" }],
  ["quota", { period: "day" }],
];

describe.each(every)("a clock that is set back under %s %j", (algorithm, options) => {
  const check = toCheck("p", { algorithm, limit: FIVE, ...options });
  const backs = [5 * MINUTE_MS, 26 * HOUR_MS, 40 * 24 * HOUR_MS];

  function exhaust(owner: ClockedOwner, clockMs: number): number {
    for (let time = 0; time < 100; time += 1) {
      const { outcome, retryAfterMs } = owner.ask(check, clockMs);
      if (outcome === "denied") return retryAfterMs;
    }
    throw new Error("never denied");
  }

  test.each(backs)("by %i ms: after a minute, waits are what they would have been", (backMs) => {
    const owner = new ClockedOwner(NOW_MS);
    const retryAfterMs = exhaust(owner, NOW_MS);
    const sinceMs = NOW_MS - backMs;
    const denied = owner.ask(check, sinceMs);
    expect([denied.outcome, denied.retryAfterMs]).toEqual(["denied", retryAfterMs]);
    expect(owner.ask(check, sinceMs + MINUTE_MS - 1).outcome).toBe("denied");
    const { outcome, retryAfterMs: left } = owner.ask(check, sinceMs + MINUTE_MS);
    expect(left).toBeLessThanOrEqual(Math.max(0, toEvictedMs(sinceMs) - MINUTE_MS));
    if (outcome === "denied") expect(owner.ask(check, sinceMs + MINUTE_MS + left).outcome).toBe("allowed");
    expect(owner.store.forgotten).toEqual([]);
  });

  test.each(backs)("by %i ms while the object is evicted: a row is as if it were of then, once", (backMs) => {
    const owner = new ClockedOwner(NOW_MS);
    exhaust(owner, NOW_MS);
    const sinceMs = NOW_MS - backMs;
    owner.evict(sinceMs);
    expect(owner.top(check, sinceMs)).toBeGreaterThan(0);
    const { outcome, retryAfterMs } = owner.ask(check, sinceMs);
    expect(outcome).toBe("denied");
    expect(retryAfterMs).toBeLessThanOrEqual(toEvictedMs(sinceMs));
    const { writes } = owner.store;
    // Denials write nothing, and still the time that passes between evictions counts.
    for (let time = 1; time <= 4; time += 1) {
      const atMs = sinceMs + Math.floor((retryAfterMs * time) / 4) - 1;
      owner.evict(atMs);
      expect(owner.ask(check, atMs).outcome).toBe("denied");
    }
    expect(owner.store.writes).toBe(writes);
    owner.evict(sinceMs + retryAfterMs);
    expect(owner.ask(check, sinceMs + retryAfterMs).outcome).toBe("allowed");
  });

  test("and put right within a minute gives nothing back", () => {
    const owner = new ClockedOwner(NOW_MS);
    const retryAfterMs = exhaust(owner, NOW_MS);
    owner.ask(check, NOW_MS - HOUR_MS);
    owner.ask(check, NOW_MS - HOUR_MS + MINUTE_MS - 1);
    expect(owner.ask(check, NOW_MS + retryAfterMs - 1).outcome).toBe("denied");
    expect(owner.ask(check, NOW_MS + retryAfterMs).outcome).toBe("allowed");
  });

  /** How long a counter waits that was exhausted then, after an eviction alone: what its row is ahead by counts too. */
  function toEvictedMs(clockMs: number): number {
    const owner = new ClockedOwner(clockMs);
    exhaust(owner, clockMs);
    owner.evict(clockMs);
    return owner.ask(check, clockMs).retryAfterMs;
  }
});

describe("beside counters that were set back", () => {
  const log = { algorithm: "sliding-window-log", limit: FIVE, window: "2h" };

  test("those of this time stay as they are", () => {
    const owner = new ClockedOwner(NOW_MS);
    owner.ask(toCheck("old", log, FIVE), NOW_MS);
    owner.ask(toCheck("new", log, FIVE), NOW_MS + HOUR_MS);
    owner.evict(NOW_MS);
    expect(owner.ask(toCheck("old", log), NOW_MS).retryAfterMs).toBe(2 * HOUR_MS);
    expect(owner.ask(toCheck("new", log), NOW_MS).retryAfterMs).toBe(2 * HOUR_MS);
    expect(owner.ask(toCheck("old", log), NOW_MS + 2 * HOUR_MS).outcome).toBe("allowed");
  });

  test("a key that was used long before is as old as it was", () => {
    const owner = new ClockedOwner(NOW_MS);
    owner.ask(toCheck("p", log, FIVE), NOW_MS, "before");
    owner.ask(toCheck("p", log, FIVE), NOW_MS + HOUR_MS, "then");
    const sinceMs = NOW_MS - 24 * HOUR_MS;
    owner.ask(toCheck("p", log), sinceMs, "then");
    expect(owner.ask(toCheck("p", log), sinceMs + MINUTE_MS, "before").retryAfterMs).toBe(
      HOUR_MS - MINUTE_MS,
    );
    expect(owner.ask(toCheck("p", log), sinceMs + MINUTE_MS, "then").retryAfterMs).toBe(
      2 * HOUR_MS - MINUTE_MS,
    );
  });

  test("a ban lasts as long as it was made for", () => {
    const ban = { after: 3, windowMs: MINUTE_MS, forMs: [HOUR_MS] };
    const check = { ...toCheck("p", { ...log, window: "10m" }, FIVE), ban };
    const owner = new ClockedOwner(NOW_MS);
    for (let time = 0; time < 4; time += 1) owner.ask(check, NOW_MS);
    expect(owner.ask(check, NOW_MS)).toMatchObject({ isBanned: true, retryAfterMs: HOUR_MS });
    const sinceMs = NOW_MS - 24 * HOUR_MS;
    owner.evict(sinceMs);
    expect(owner.ask(check, sinceMs)).toMatchObject({ isBanned: true, retryAfterMs: HOUR_MS });
    owner.evict(sinceMs + HOUR_MS);
    expect(owner.ask(check, sinceMs + HOUR_MS).outcome).toBe("allowed");
  });

  test("what is taken since is given back, whatever was settled in the old time", () => {
    const check = toCheck("p", { ...log, limit: 1_000 });
    const peek = { ...check, cost: 0 };
    const owner = new ClockedOwner(NOW_MS);
    for (let time = 0; time < 10; time += 1)
      owner.takeAndGiveBack(check, NOW_MS + time * 5_000, { clockMs: NOW_MS + time * 5_000, evicts: false });
    const sinceMs = NOW_MS - 24 * HOUR_MS;
    owner.evict(sinceMs);
    const { remaining } = owner.ask(peek, sinceMs);
    owner.takeAndGiveBack(check, sinceMs + 1_000, { clockMs: sinceMs + 2_000, evicts: true });
    expect(owner.ask(peek, sinceMs + 2_000).remaining).toBe(remaining);
  });

  test("a key that nobody asks for any more is no longer among those that use most", () => {
    const check = toCheck("p", log);
    const owner = new ClockedOwner(NOW_MS);
    owner.ask(check, NOW_MS);
    const sinceMs = NOW_MS - 24 * HOUR_MS;
    owner.evict(sinceMs);
    expect([0, HOUR_MS, 2 * HOUR_MS].map((ms) => owner.top(check, sinceMs + ms))).toEqual([1, 1, 0]);
  });

  test("what a row holds aside for leases ends when they do", () => {
    const options = { algorithm: "token-bucket", limit: 6_000, window: "10m" };
    const report = { account: "i", seq: 1, spent: 0, kept: 0, wantedPerSecond: 1_000, cost: 1 };
    const check = { ...toCheck("p", options), lease: report };
    const owner = new ClockedOwner(NOW_MS);
    expect(owner.ask(check, NOW_MS).lease?.units).toBeGreaterThan(100);
    const sinceMs = NOW_MS - 24 * HOUR_MS;
    owner.evict(sinceMs);
    const peek = toCheck("p", options, 0);
    expect(owner.ask(peek, sinceMs).remaining).toBeLessThan(5_900);
    expect(owner.ask(peek, sinceMs + 15 * MINUTE_MS).remaining).toBe(6_000);
  });
});

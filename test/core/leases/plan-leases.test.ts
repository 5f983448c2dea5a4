// Leases of a key that is used under two plans: each is of one plan, all count under both. Against the same network, deaths
// and clocks as leases.test.ts.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bound, toOverAdmission } from "../../../tools/simulate-leases/exact-log.ts";
import { Owner } from "../../../tools/simulate-leases/owner.ts";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import { type Seen, START_MS, step, World } from "./world.ts";
import { toRuns } from "../../property-runs.ts";

const FACTORS = { "": 1, pro: 4 } as const;
const BOUNDS: readonly Bound[] = [
  { algorithm: "token-bucket", limit: 30, windowMs: 30_000, burst: 15 },
  { algorithm: "token-bucket", limit: 20, windowMs: 60_000, burst: 20 },
  { algorithm: "sliding-window", limit: 20, windowMs: 20_000, burst: 20 },
  { algorithm: "fixed-window", limit: 20, windowMs: 8_000, burst: 20 },
];

describe("leases of two plans", () => {
  test.each(BOUNDS)("$algorithm of $limit in $windowMs ms: no plan admits too much", (bound) => {
    const total: Seen = { leased: 0, asked: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 4 }),
        fc.array(step, { minLength: 80, maxLength: 300, size: "max" }),
        (aheads, steps) => {
          const world = new World(bound, aheads, FACTORS);
          world.useEach();
          for (const one of steps) world.play(one);
          total.leased += world.seen.leased;
          total.asked += world.seen.asked;
          total.refused += world.seen.refused;
          for (const [plan, factor] of Object.entries(FACTORS)) {
            const own = world.spendings.filter((spending) => spending.plan === plan);
            const limits = { limit: bound.limit * factor, burst: bound.burst * factor };
            expect(toOverAdmission(own, { ...bound, ...limits })).toBeLessThanOrEqual(1e-9);
          }
          // What one plan has used counts under the other, whoever spent it from which lease.
          expect(world.toForgotten()).toBeLessThanOrEqual(0);
        },
      ),
      { numRuns: toRuns(100), seed: 20_261_128 },
    );
    expect(total.leased).toBeGreaterThan(toRuns(300));
    expect(total.asked).toBeGreaterThan(toRuns(300));
    expect(total.refused).toBeGreaterThan(toRuns(300));
  });
});

describe("a counter of two plans", () => {
  const rules = (limit: number): { algorithm: "token-bucket"; settings: unknown } => {
    const parsed = algorithms["token-bucket"].parseConfig({ limit, window: "1m" });
    return { algorithm: "token-bucket", settings: parsed.ok ? parsed.value : undefined };
  };
  const LEASE = { account: "i.1", seq: 1, spent: 0, kept: 0, wantedPerSecond: 60, cost: 1 };
  const toOwner = (): Owner => new Owner({ "": rules(600), pro: rules(6_000) });
  const toLeft = (owner: Owner, plan: string, nowMs: number): number =>
    owner.handle({ cost: 0, plan, report: undefined }, nowMs).verdict.remaining;

  test("a lease of one plan is aside under the other, and so is what is spent of it", () => {
    const owner = toOwner();
    expect(owner.handle({ cost: 1, plan: "", report: undefined }, START_MS).verdict.remaining).toBe(599);
    const units = owner.handle({ cost: 1, plan: "pro", report: LEASE }, START_MS).grant?.units ?? 0;
    expect(units).toBeGreaterThan(300);
    expect(toLeft(owner, "", START_MS)).toBe(598 - units);
    const spent = { ...LEASE, seq: 2, spent: units, wantedPerSecond: 0 };
    owner.handle({ cost: 0, plan: "pro", report: spent }, START_MS);
    expect(toLeft(owner, "", START_MS)).toBe(598 - units);
    expect(toLeft(owner, "pro", START_MS)).toBe(5_998 - units);
  });

  test("what is handed back of one plan's lease comes back under both", () => {
    const owner = toOwner();
    for (const plan of ["", "pro"]) owner.handle({ cost: 1, plan, report: undefined }, START_MS);
    owner.handle({ cost: 0, plan: "pro", report: LEASE }, START_MS);
    owner.handle(
      { cost: 0, plan: "pro", report: { ...LEASE, seq: 2, spent: 10, wantedPerSecond: 0 } },
      START_MS,
    );
    expect([toLeft(owner, "", START_MS), toLeft(owner, "pro", START_MS)]).toEqual([588, 5_988]);
  });

  test("after a restart neither plan has more left than before", () => {
    const owner = toOwner();
    for (const plan of ["", "pro"]) owner.handle({ cost: 1, plan, report: undefined }, START_MS);
    owner.handle({ cost: 1, plan: "pro", report: LEASE }, START_MS);
    const before = [toLeft(owner, "", START_MS), toLeft(owner, "pro", START_MS)];
    owner.restart();
    const after = [toLeft(owner, "", START_MS), toLeft(owner, "pro", START_MS)];
    expect(after.every((left, index) => left <= (before[index] ?? 0))).toBe(true);
    expect(after[1]).toBeGreaterThan(5_000);
  });

  test("nor after any number of grants within one second, which rows cover ahead", () => {
    for (let grants = 1; grants <= 30; grants += 1) {
      const owner = toOwner();
      for (const plan of ["", "pro"]) owner.handle({ cost: 1, plan, report: undefined }, START_MS);
      for (let time = 0; time < grants; time += 1) {
        const report = { ...LEASE, account: `i.${time}`, wantedPerSecond: 1 };
        owner.handle({ cost: 0, plan: "pro", report }, START_MS + time);
      }
      const nowMs = START_MS + grants;
      const before = [toLeft(owner, "", nowMs), toLeft(owner, "pro", nowMs)];
      owner.restart();
      expect(toLeft(owner, "", nowMs)).toBeLessThanOrEqual(before[0] ?? 0);
      expect(toLeft(owner, "pro", nowMs)).toBeLessThanOrEqual(before[1] ?? 0);
    }
  });

  test("a plan that is new to the key begins with what is granted under the other", () => {
    const owner = toOwner();
    const units = owner.handle({ cost: 1, plan: "pro", report: LEASE }, START_MS).grant?.units ?? 0;
    expect(toLeft(owner, "", START_MS)).toBe(599 - units);
    expect(owner.handle({ cost: 1, plan: "", report: undefined }, START_MS).verdict.remaining).toBe(
      598 - units,
    );
    expect(toLeft(owner, "", START_MS)).toBe(598 - units);
  });

  test("what comes back under a higher plan makes no room under a lower one that it had filled", () => {
    const owner = toOwner();
    for (let time = 0; time < 600; time += 1)
      owner.handle({ cost: 1, plan: "", report: undefined }, START_MS);
    const units = owner.handle({ cost: 0, plan: "pro", report: LEASE }, START_MS).grant?.units ?? 0;
    expect(units).toBeGreaterThan(300);
    // The lease expires unspent, fills the lower plan, and is handed back late.
    const expiredMs = START_MS + 5_500;
    expect(toLeft(owner, "pro", expiredMs)).toBeGreaterThan(0);
    owner.handle({ cost: 0, plan: "pro", report: { ...LEASE, seq: 2, wantedPerSecond: 0 } }, expiredMs);
    expect(toLeft(owner, "pro", expiredMs)).toBeGreaterThan(5_900);
    // 10 a second come back, of 600 that the lower plan itself has used.
    expect(toLeft(owner, "", expiredMs)).toBeLessThanOrEqual(55);
  });
});

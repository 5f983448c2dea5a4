// A key that is used under several plans: no plan cuts or refills what another one counts, whatever is settled, restarted
// or decided in between.

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import { toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import {
  type Check,
  type CheckVerdict,
  MESSAGE_VERSION,
} from "../../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { MapStore, toCheck } from "./map-store.ts";

const START_MS = 1_700_000_000_000;
const LIMITS = { "": 100, pro: 1_000 } as const;
type PlanName = keyof typeof LIMITS;

const ALGORITHMS: readonly AlgorithmName[] = [
  "token-bucket",
  "sliding-window",
  "sliding-window-log",
  "sliding-window-counter",
  "fixed-window",
  "quota",
];

const toOptions = (algorithm: AlgorithmName, limit: number): Record<string, unknown> =>
  algorithm === "quota" ? { algorithm, limit, period: "day" } : { algorithm, limit, window: "1m" };

/** A counter table with one key of a policy with two plans, over rows that outlive it. */
class PlansDesk {
  readonly #store = new MapStore();
  readonly #checks: Readonly<Record<PlanName, Check>>;
  #table = new CounterTable(this.#store, 10);
  #asked = 0;

  constructor(algorithm: AlgorithmName, limits: Readonly<Record<PlanName, number>> = LIMITS) {
    const own = (name: PlanName): Check => toCheck("plan", toOptions(algorithm, limits[name]));
    this.#checks = { "": { ...own(""), plan: "" }, pro: { ...own("pro"), plan: "pro" } };
  }

  take(plan: PlanName, cost: number, nowMs: number): CheckVerdict | undefined {
    const id = `id ${(this.#asked += 1)}`;
    const keys = [{ key: "k", checks: [{ ...this.#checks[plan], cost }] }];
    return this.#table.handle({ version: MESSAGE_VERSION, phase: "take", id, keys }, nowMs).verdicts[0];
  }

  remaining(plan: PlanName, nowMs: number): number {
    return this.take(plan, 0, nowMs)?.remaining ?? Number.NaN;
  }

  /** Corrects the last decision, which took `taken`. */
  settle(plan: PlanName, { taken, actual }: { taken: number; actual: number }, nowMs: number): void {
    const { policy, algorithm, settings, plan: ownPlan } = this.#checks[plan];
    const checks = [{ policy, algorithm, settings, plan: ownPlan, taken, actual }];
    const id = `id ${this.#asked}`;
    this.#table.settle(
      { version: MESSAGE_VERSION, id, takenAtMs: nowMs, keys: [{ key: "k", checks }] },
      nowMs,
    );
  }

  restart(): void {
    this.#table = new CounterTable(this.#store, 10);
  }
}

describe.each(ALGORITHMS)("%s", (algorithm) => {
  it("under a lower plan, a settlement leaves what a higher plan counts", () => {
    const desk = new PlansDesk(algorithm);
    for (let time = 0; time < 401; time += 1) desk.take("pro", 1, START_MS);
    expect(desk.remaining("pro", START_MS)).toBe(599);
    desk.settle("", { taken: 1, actual: 2 }, START_MS);
    expect(desk.remaining("pro", START_MS)).toBe(598);
    expect(desk.remaining("", START_MS)).toBe(0);
  });

  it("what is refunded under a lower plan comes back once under a higher one", () => {
    const desk = new PlansDesk(algorithm);
    for (let time = 0; time < 50; time += 1) desk.take("pro", 1, START_MS);
    expect(desk.take("", 5, START_MS)?.outcome).toBe("allowed");
    expect(desk.remaining("pro", START_MS)).toBe(945);
    desk.settle("", { taken: 5, actual: 0 }, START_MS);
    expect([desk.remaining("pro", START_MS), desk.remaining("", START_MS)]).toEqual([950, 50]);
  });

  it.each(["", "restarted, "])(
    "%swhat comes back under a higher plan makes no room under a lower one that was full",
    (restarted) => {
      const desk = new PlansDesk(algorithm);
      desk.take("", 100, START_MS);
      desk.take("pro", 50, START_MS);
      if (restarted !== "") desk.restart();
      desk.settle("pro", { taken: 50, actual: 0 }, START_MS);
      expect(desk.remaining("pro", START_MS)).toBe(900);
      expect(desk.remaining("", START_MS)).toBe(0);
    },
  );

  it("after a restart a higher plan has no more left than before, whoever wrote the row", () => {
    const desk = new PlansDesk(algorithm);
    for (let time = 0; time < 60; time += 1) desk.take("pro", 1, START_MS);
    for (let time = 0; time < 30; time += 1) desk.take("", 1, START_MS);
    for (let time = 0; time < 60; time += 1) desk.take("pro", 1, START_MS);
    const before = desk.remaining("pro", START_MS);
    expect(before).toBe(850);
    desk.restart();
    expect(desk.remaining("", START_MS)).toBe(0);
    expect(desk.remaining("pro", START_MS)).toBeLessThanOrEqual(before);
    expect(desk.remaining("pro", START_MS)).toBeGreaterThan(500);
  });

  it("what was used stays used where a plan is new to the key", () => {
    const up = new PlansDesk(algorithm);
    for (let time = 0; time < 90; time += 1) up.take("", 1, START_MS);
    expect(up.remaining("pro", START_MS)).toBe(910);
    const down = new PlansDesk(algorithm);
    for (let time = 0; time < 90; time += 1) down.take("pro", 1, START_MS);
    expect(down.remaining("", START_MS)).toBe(10);
  });

  it("neither plan admits more than it would alone, for any course of requests, settlements and restarts", () => {
    const step = fc.record({
      plan: fc.constantFrom<PlanName>("", "pro"),
      cost: fc.integer({ min: 1, max: 7 }),
      waitMs: fc.constantFrom(0, 0, 10, 300, 5_000, 40_000),
      after: fc.constantFrom("nothing", "nothing", "raise", "restart"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const limits = { "": 10, pro: 40 };
        const desk = new PlansDesk(algorithm, limits);
        const rules = toAlgorithm(algorithm);
        const settings = (plan: PlanName): unknown => {
          const parsed = rules.parseConfig(toOptions(algorithm, limits[plan]));
          return parsed.ok ? parsed.value : undefined;
        };
        // What each plan alone would know if all that was admitted since its first request were charged to it.
        const models: Record<PlanName, unknown> = { "": undefined, pro: undefined };
        const charge = (units: number, atMs: number): void => {
          for (const name of ["", "pro"] as const)
            if (models[name] !== undefined)
              models[name] = rules.charge(settings(name), models[name], { nowMs: atMs, units });
        };
        let nowMs = START_MS;
        for (const { plan, cost, waitMs, after } of steps) {
          nowMs += waitMs;
          const known = models[plan] ?? models[plan === "" ? "pro" : ""];
          const model = rules.decide(settings(plan), known, { nowMs, cost });
          const verdict = desk.take(plan, cost, nowMs);
          if (verdict?.outcome === "allowed") {
            expect(model.outcome).toBe("allowed");
            models[plan] = known ?? rules.charge(settings(plan), undefined, { nowMs, units: 0 });
            charge(cost, nowMs);
          }
          if (after === "restart") desk.restart();
          if (after === "raise" && verdict?.outcome === "allowed") {
            desk.settle(plan, { taken: cost, actual: cost + 1 }, nowMs);
            charge(1, nowMs);
          }
        }
      }),
    );
  });
});

it("what an override allows one plan is not cut by the other's requests, after a restart neither", () => {
  const store = new MapStore();
  const toFixed = (limit: number, plan: string): Check => ({
    ...toCheck("plan", { algorithm: "fixed-window", limit, window: "1h" }),
    plan,
  });
  const take = (table: CounterTable, check: Check): number | undefined => {
    const keys = [{ key: "k", checks: [check] }];
    const request = { version: MESSAGE_VERSION, phase: "take", id: `${Math.random()}`, keys } as const;
    return table.handle(request, START_MS).verdicts[0]?.remaining;
  };
  const raised = toFixed(500, "");
  const table = new CounterTable(store, 10);
  take(table, { ...raised, cost: 300 });
  expect(take(table, { ...toFixed(1_000, "pro"), cost: 1 })).toBe(699);
  expect(take(table, { ...raised, cost: 0 })).toBe(199);
  const restarted = new CounterTable(store, 10);
  expect(take(restarted, { ...toFixed(1_000, "pro"), cost: 1 })).toBeLessThanOrEqual(698);
  expect(take(restarted, { ...raised, cost: 0 })).toBeLessThanOrEqual(198);
});

it("a plan that is new to a key begins with what the plan that counts most has counted", () => {
  const toBucket = (limit: number): Check => toCheck("plan", toOptions("token-bucket", limit));
  const all = { "": toBucket(100).settings, basic: toBucket(200).settings, pro: toBucket(6_000).settings };
  const table = new CounterTable(new MapStore(), 10);
  const take = (name: keyof typeof all, cost: number, nowMs: number): number | undefined => {
    const check = { ...toBucket(100), settings: all[name], plan: name, cost };
    const keys = [{ key: "k", checks: [check] }];
    const id = `${name} ${nowMs}`;
    return table.handle({ version: MESSAGE_VERSION, phase: "take", id, keys }, nowMs).verdicts[0]?.remaining;
  };
  take("pro", 60, START_MS);
  take("basic", 20, START_MS + 1);
  take("pro", 1, START_MS + 1_900);
  // By then pro has refilled, and basic has not.
  expect(take("", 0, START_MS + 2_000)).toBeLessThan(40);
});

it("a token bucket's lower plan is not refilled by a higher one's requests", () => {
  const desk = new PlansDesk("token-bucket");
  let free = 0;
  for (let ms = 0; ms < 300_000; ms += 50) {
    if (ms % 1_000 === 0) desk.take("pro", 1, START_MS + ms);
    if (desk.take("", 1, START_MS + ms)?.outcome === "allowed") free += 1;
  }
  // 100 at once and 100 a minute, of which the 300 of pro count too.
  expect(free).toBeLessThanOrEqual(599);
  expect(free).toBeGreaterThan(250);
});

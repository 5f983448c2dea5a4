// A counter table that grants leases: beside decisions of several objects, evicted at any moment, over storage that fails.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bound, type Spending, toOverAdmission } from "../../../tools/simulate-leases/exact-log.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import type { Check, CheckVerdict, Phase } from "../../../src/core/counters/counter-messages.ts";
import { IsolateLeases } from "../../../src/core/leases/isolate-leases.ts";
import type { LeaseReport } from "../../../src/core/leases/lease-messages.ts";
import { toLeaseTerms } from "../../../src/core/leases/lease-terms.ts";
import { MapStore, toCheck, toRequest } from "./map-store.ts";
import { toRuns } from "../../property-runs.ts";

const START_MS = 1_700_000_000_000;
const OPTIONS = { algorithm: "token-bucket", limit: 600, window: "1m", burst: 600 };

class Counter {
  readonly store = new MapStore();
  nowMs = START_MS;
  #table = new CounterTable(this.store, 10);

  evict(): void {
    this.#table = new CounterTable(this.store, 10);
  }

  ask(check: Check, phase: Phase = "take", id?: string): CheckVerdict {
    const request = toRequest(phase, [{ key: "k", checks: [check] }], id);
    const [verdict] = this.#table.handle(request, this.nowMs).verdicts;
    if (verdict === undefined) throw new Error("no verdict");
    return verdict;
  }

  release(check: Check, id: string): void {
    this.#table.handle(toRequest("release", [{ key: "k", checks: [check] }], id), this.nowMs);
  }
}

const report = (told: Partial<LeaseReport> = {}): LeaseReport => ({
  account: "a",
  seq: 1,
  spent: 0,
  kept: 0,
  wantedPerSecond: 10,
  cost: 1,
  ...told,
});

const BOUNDS: readonly Bound[] = [
  { algorithm: "token-bucket", limit: 60, windowMs: 30_000, burst: 30 },
  { algorithm: "sliding-window", limit: 40, windowMs: 10_000, burst: 40 },
  { algorithm: "fixed-window", limit: 40, windowMs: 8_000, burst: 40 },
];

const step = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.nat(50), fc.nat(2_500)),
  who: fc.nat(1),
  kind: fc.constantFrom("leased", "leased", "leased", "hold", "commit", "release", "evict", "fail"),
  times: fc.integer({ min: 1, max: 12 }),
  cost: fc.constantFrom(1, 1, 3),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

class Play {
  readonly counter = new Counter();
  readonly spendings: Spending[] = [];
  leased = 0;
  committed = 0;
  readonly #check: Check;
  readonly #isolates = ["one", "two"].map((name) => new IsolateLeases(() => name, 10));
  #held: { readonly id: string; readonly check: Check }[] = [];
  #ids = 0;

  constructor(bound: Bound) {
    this.#check = toCheck("p", { ...bound, window: `${bound.windowMs}ms` });
  }

  step({ waitMs, who, kind, times, cost }: Step): void {
    this.counter.nowMs += waitMs;
    const check = { ...this.#check, cost };
    if (kind === "evict") this.counter.evict();
    else if (kind === "hold") this.#hold(check);
    else if (kind === "leased" || kind === "fail") {
      this.counter.store.failsAfter = kind === "fail" ? 0 : Infinity;
      for (let time = 0; time < times; time += 1) this.#request(who, check);
      this.counter.store.failsAfter = Infinity;
    } else this.#finish(kind);
  }

  #hold(check: Check): void {
    this.#ids += 1;
    const id = `d${this.#ids}`;
    if (this.counter.ask(check, "hold", id).outcome === "allowed") this.#held.push({ id, check });
  }

  #finish(kind: "commit" | "release"): void {
    const one = this.#held.pop();
    if (one === undefined) return;
    if (kind === "release") this.counter.release(one.check, one.id);
    else if (this.counter.ask(one.check, "commit", one.id).outcome === "allowed") {
      this.committed += 1;
      this.#spend(one.check.cost);
    }
  }

  #request(who: number, check: Check): void {
    const leases = this.#isolates[who];
    const terms = toLeaseTerms(check.algorithm, check.settings);
    if (leases === undefined || terms === undefined) throw new Error("not to be leased");
    const { nowMs } = this.counter;
    const answer = leases.take("k", check.cost, nowMs);
    if (answer.startsWith("taken")) {
      this.leased += 1;
      this.#spend(check.cost);
    }
    if (answer === "taken" || answer === "denied") return;
    const lease = leases.report("k", { cost: check.cost, terms }, nowMs);
    const asked = { ...check, lease, cost: answer === "ask" ? check.cost : 0 };
    try {
      const verdict = this.counter.ask(asked);
      if (verdict.outcome === "allowed" && asked.cost > 0) this.#spend(asked.cost);
      const at = { sentMs: nowMs, nowMs };
      if (lease !== undefined) leases.accept("k", { seq: lease.seq, grant: verdict.lease }, at);
    } catch {
      if (lease !== undefined) leases.fail("k", lease.seq, nowMs);
    }
  }

  #spend(units: number): void {
    this.spendings.push({ atMs: this.counter.nowMs, units });
  }
}

describe("a counter with leases", () => {
  test.each(BOUNDS)("never over-admits: $algorithm beside holds, evicted, with failing writes", (bound) => {
    let [leased, committed] = [0, 0];
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 150, size: "max" }), (steps) => {
        const play = new Play(bound);
        for (const one of steps) play.step(one);
        leased += play.leased;
        committed += play.committed;
        return toOverAdmission(play.spendings, bound) <= 1e-9;
      }),
      { numRuns: toRuns(150), seed: 20_261_122 },
    );
    expect(leased).toBeGreaterThan(toRuns(500));
    expect(committed).toBeGreaterThan(toRuns(150));
  });

  test("grants nothing that a decision in flight has reserved", () => {
    const counter = new Counter();
    const check = toCheck("p", OPTIONS);
    counter.ask({ ...check, cost: 595 }, "hold", "held");
    expect(counter.ask({ ...check, cost: 0, lease: report() }).lease?.units).toBeLessThanOrEqual(5);
  });

  test("whose write fails has granted and taken nothing", () => {
    const counter = new Counter();
    const check = toCheck("p", OPTIONS);
    counter.store.failsAfter = 0;
    expect(() => counter.ask({ ...check, cost: 7, lease: report() })).toThrow("storage failed");
    expect(counter.ask({ ...check, cost: 0 }).remaining).toBe(600);
    expect(counter.store.rows.size).toBe(0);
  });

  test("has the same leases after a row and back, aside until its time, and then used", () => {
    const counter = new Counter();
    const check = { ...toCheck("p", OPTIONS), cost: 0 };
    const units = counter.ask({ ...check, lease: report() }).lease?.units ?? 0;
    expect(units).toBeGreaterThan(10);
    const left = counter.ask(check).remaining;
    expect(left).toBe(600 - units);
    counter.evict();
    expect(counter.ask(check).remaining).toBe(left);
    counter.nowMs += 6_500;
    expect(counter.ask(check).remaining).toBe(left);
    counter.nowMs += 100;
    expect(counter.ask(check).remaining).toBe(left + 1);
  });

  test("writes what it grants while a row without leases still has an allowance: that one ends too early", () => {
    const counter = new Counter();
    const check = toCheck("p", OPTIONS);
    for (let time = 0; time < 5; time += 1) counter.ask(check);
    const peek = { ...check, cost: 0 };
    expect(counter.ask({ ...peek, lease: report({ wantedPerSecond: 0.4 }) }).lease?.units).toBe(3);
    counter.evict();
    counter.nowMs += 5_000;
    expect(counter.ask(peek).remaining).toBeLessThanOrEqual(597);
  });

  test("reads rows of a gateway without leases", () => {
    const counter = new Counter();
    const check = toCheck("p", OPTIONS);
    counter.ask({ ...check, cost: 100 });
    expect(counter.store.rows.get("k")).not.toContain("ahead");
    counter.evict();
    expect(counter.ask({ ...check, cost: 0, lease: report() }).remaining).toBe(500);
    expect(counter.store.forgotten).toEqual([]);
  });

  test("charges a lease that is never used, and has it back when the bucket refills", () => {
    const counter = new Counter();
    const check = { ...toCheck("p", OPTIONS), cost: 0 };
    const units = counter.ask({ ...check, lease: report() }).lease?.units ?? 0;
    counter.nowMs += 5_500;
    expect(counter.ask(check).remaining).toBe(600 - units);
    counter.nowMs += units * 100;
    expect(counter.ask(check).remaining).toBe(600);
  });

  test("grants out of a raised limit with the next report", () => {
    const counter = new Counter();
    const low = { ...toCheck("p", { ...OPTIONS, burst: 60 }), cost: 0 };
    counter.ask({ ...low, cost: 60 });
    expect(counter.ask({ ...low, lease: report() }).lease?.units).toBe(0);
    counter.nowMs += 10;
    const high = { ...toCheck("p", OPTIONS), cost: 0, lease: report({ seq: 2 }) };
    expect(counter.ask(high).lease?.units).toBeGreaterThan(10);
  });

  test("charges what was granted under a limit that is lower by then, and higher again, in full", () => {
    const counter = new Counter();
    const high = toCheck("p", { algorithm: "fixed-window", limit: 600, window: "1h" });
    const low = toCheck("p", { algorithm: "fixed-window", limit: 10, window: "1h" });
    counter.ask({ ...high, cost: 400 });
    const granted = counter.ask({ ...high, cost: 0, lease: report() }).lease?.units ?? 0;
    expect(granted).toBeGreaterThan(10);
    counter.nowMs += 5_500;
    expect(counter.ask(low).outcome).toBe("denied");
    expect(counter.ask({ ...high, cost: 0 }).remaining).toBe(600 - 400 - granted);
  });

  test.each([
    OPTIONS,
    { algorithm: "token-bucket", limit: 10, window: "1m", burst: 10 },
    { algorithm: "sliding-window", limit: 40, window: "10s" },
    { algorithm: "fixed-window", limit: 40, window: "10s", align: "first-request" },
  ])("tells a wait that is never too short, whenever leases are spent: %o", (options) => {
    const check = toCheck("p", options);
    for (const reportedMs of [0, 100, 1_000, 4_000, Infinity]) {
      const counter = new Counter();
      const granted =
        counter.ask({ ...check, cost: 0, lease: report({ wantedPerSecond: 1_000 }) }).lease?.units ?? 0;
      expect(granted).toBeGreaterThan(1);
      const all = { ...check, cost: (check.settings as { readonly limit: number }).limit };
      const denied = counter.ask(all);
      expect(denied.outcome).toBe("denied");
      const admittedMs = START_MS + denied.retryAfterMs;
      if (START_MS + reportedMs < admittedMs) {
        counter.nowMs = START_MS + reportedMs;
        counter.ask({ ...check, cost: 0, lease: report({ seq: 2, spent: granted, wantedPerSecond: 0 }) });
      }
      counter.nowMs = admittedMs;
      expect(counter.ask(all).outcome).toBe("allowed");
    }
  });
});

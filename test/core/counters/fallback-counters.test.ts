import { describe, expect, test } from "vitest";
import { algorithms, type AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import {
  type Check,
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
} from "../../../src/core/counters/counter-messages.ts";
import { FallbackCounters } from "../../../src/core/counters/fallback-counters.ts";

const OBJECT = "o";
const NOW_MS = 1_700_000_040_000;
const SHARED = new Set<string>();

function toCheck(options: Readonly<Record<string, unknown>> & { readonly algorithm: AlgorithmName }): Check {
  const parsed = algorithms[options.algorithm].parseConfig(options);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return { policy: "p", algorithm: options.algorithm, settings: parsed.value, cost: 1 };
}

const MINUTE = toCheck({ algorithm: "token-bucket", limit: 60, window: "1m" });
const PERMITS = toCheck({ algorithm: "concurrency", limit: 8, expires: "1m" });

interface Told {
  readonly askers?: number;
  readonly nowMs?: number;
  readonly takenAtMs?: number;
}

/** One instance, and one key of one object. */
class Desk {
  readonly fallback = new FallbackCounters();
  readonly #check: Check;
  #ids = 0;

  constructor(check = MINUTE) {
    this.#check = check;
  }

  hear(remaining: number, { askers = 1, nowMs = NOW_MS, takenAtMs }: Told = {}): void {
    const verdict = { policy: "p", outcome: "allowed", remaining, retryAfterMs: 0, resetMs: 0 } as const;
    const reply: CounterReply = {
      version: MESSAGE_VERSION,
      verdicts: [verdict],
      takenAtMs: takenAtMs ?? nowMs,
      askers,
    };
    this.fallback.hear(OBJECT, this.#toRequest().keys, { reply, nowMs });
  }

  /** Decides `times` requests. Returns how many were allowed; those are owed. */
  decide(times: number, nowMs = NOW_MS, whole = SHARED): number {
    let allowed = 0;
    for (let index = 0; index < times; index += 1) {
      const request = this.#toRequest();
      if (
        this.fallback.decide(request, { object: OBJECT, wholePolicies: whole }, nowMs).verdicts[0]
          ?.outcome !== "allowed"
      )
        continue;
      allowed += 1;
      this.fallback.owe(OBJECT, request.keys);
    }
    return allowed;
  }

  /** What is told, and arrives at once. */
  toOwed(): number {
    const keys = this.fallback.takeDebts(OBJECT);
    this.fallback.endDebts(OBJECT, keys, true);
    return keys[0]?.checks[0]?.actual ?? 0;
  }

  #toRequest(): CounterRequest {
    this.#ids += 1;
    const keys = [{ key: "k", checks: [this.#check] }];
    return { version: MESSAGE_VERSION, phase: "take", id: String(this.#ids), keys };
  }
}

describe("decide()", () => {
  test.each([
    [60, 1, 60],
    [40, 1, 40],
    [40, 4, 10],
    [41, 4, 10],
    [3, 4, 0],
    [0, 1, 0],
  ])("of %i left, divided by %i, admits %i", (remaining, askers, allowed) => {
    const desk = new Desk();
    desk.hear(remaining, { askers });
    expect(desk.decide(100)).toBe(allowed);
  });

  test("refills at its share of the rate", () => {
    const desk = new Desk();
    desk.hear(0, { askers: 4 });
    expect([desk.decide(100, NOW_MS + 20_000), desk.decide(100, NOW_MS + 40_000)]).toEqual([5, 5]);
  });

  test("takes an eighth of the limit for a key that it never heard of, and one unit at least", () => {
    expect(new Desk().decide(100)).toBe(7);
    const desk = new Desk(toCheck({ algorithm: "sliding-window", limit: 5, window: "1m" }));
    expect(desk.decide(100)).toBe(1);
    expect(desk.decide(100, NOW_MS + 70_000)).toBe(1);
  });

  test("takes what it heard a minute ago for nothing, but goes on with a share that it has begun", () => {
    const [old, begun] = [new Desk(), new Desk()];
    for (const desk of [old, begun]) desk.hear(60);
    expect(old.decide(100, NOW_MS + 60_000)).toBe(7);
    expect([begun.decide(100), begun.decide(100, NOW_MS + 600_000)]).toEqual([60, 60]);
  });

  test("begins anew with what it hears, without what it owes", () => {
    const desk = new Desk();
    desk.hear(60);
    expect(desk.decide(20)).toBe(20);
    desk.hear(50);
    expect(desk.decide(100)).toBe(30);
    expect(desk.toOwed()).toBe(50);
    desk.hear(10);
    expect(desk.decide(100)).toBe(10);
  });

  test("leaves an answer alone that was overtaken by a later one", () => {
    const desk = new Desk();
    desk.hear(2, { takenAtMs: NOW_MS + 10 });
    desk.hear(50, { takenAtMs: NOW_MS + 5 });
    expect(desk.decide(100)).toBe(2);
  });

  test("reads on where the object's clock was set back for long", () => {
    const desk = new Desk();
    desk.hear(2, { takenAtMs: NOW_MS + 3_600_000 });
    desk.hear(50, { takenAtMs: NOW_MS });
    expect(desk.decide(100)).toBe(50);
  });

  test("says of what is too dear for a share, not for the limit, that it may come again", () => {
    const desk = new Desk({ ...MINUTE, cost: 30 });
    desk.hear(60, { askers: 4 });
    const request = { version: MESSAGE_VERSION, phase: "take", id: "dear" } as const;
    const keys = [{ key: "k", checks: [{ ...MINUTE, cost: 30 }] }];
    const [verdict] = desk.fallback.decide(
      { ...request, keys },
      { object: OBJECT, wholePolicies: SHARED },
      NOW_MS,
    ).verdicts;
    expect(verdict).toMatchObject({ outcome: "denied", retryAfterMs: 1_000 });
  });

  test("decides by the whole limit where that is wanted, whatever it heard", () => {
    const desk = new Desk();
    desk.hear(0, { askers: 4 });
    expect(desk.decide(100, NOW_MS, new Set(["p"]))).toBe(60);
  });

  test("leaves what the object is being asked, and may answer in time", () => {
    const desk = new Desk();
    desk.hear(10);
    const toAsked = (key: string, check: Check): CounterRequest["keys"] => [{ key, checks: [check] }];
    const asked = [toAsked("k", MINUTE), toAsked("k", { ...MINUTE, cost: 2 })];
    const others = [toAsked("other", MINUTE), toAsked("k", { ...MINUTE, policy: "q" })];
    for (const keys of [...asked, ...others]) desk.fallback.ask(OBJECT, keys);
    desk.fallback.ask("another", toAsked("k", MINUTE));
    expect(desk.decide(100)).toBe(7);
    for (const keys of asked) desk.fallback.endAsking(OBJECT, keys);
    expect(desk.decide(100)).toBe(3);
  });

  test("divides permits by who asks, and keeps those that are out", () => {
    const desk = new Desk(PERMITS);
    desk.hear(8, { askers: 2 });
    expect(desk.decide(10)).toBe(4);
    desk.hear(8, { askers: 2, nowMs: NOW_MS + 1 });
    expect([desk.decide(10, NOW_MS + 1), desk.toOwed()]).toEqual([0, 0]);
  });
});

describe("what is owed", () => {
  test("is told once, and again when it did not arrive", () => {
    const desk = new Desk();
    desk.hear(60);
    desk.decide(5);
    const owed = desk.fallback.takeDebts(OBJECT);
    expect(owed).toMatchObject([{ key: "k", checks: [{ policy: "p", taken: 0, actual: 5 }] }]);
    expect(desk.fallback.takeDebts(OBJECT)).toEqual([]);
    desk.fallback.endDebts(OBJECT, owed, false);
    expect([desk.toOwed(), desk.toOwed()]).toEqual([5, 0]);
  });

  test("counts while it is told: what the object says meanwhile may be from before", () => {
    const desk = new Desk();
    desk.hear(60);
    desk.decide(5);
    const owed = desk.fallback.takeDebts(OBJECT);
    desk.hear(60, { takenAtMs: NOW_MS + 1 });
    expect(desk.decide(100)).toBe(55);
    desk.fallback.endDebts(OBJECT, owed, true);
    desk.fallback.takeDebts(OBJECT);
    desk.hear(55, { takenAtMs: NOW_MS + 2 });
    expect(desk.decide(100)).toBe(0);
  });

  test("is not told while the object may charge it by itself, and counts until that is known", () => {
    const desk = new Desk();
    const keys = [{ key: "k", checks: [MINUTE] }];
    desk.fallback.owe(OBJECT, keys, true);
    desk.fallback.owe(OBJECT, keys, true);
    expect(desk.toOwed()).toBe(0);
    desk.hear(10);
    expect([desk.decide(100), desk.toOwed()]).toEqual([8, 8]);
    desk.fallback.clear(OBJECT, keys, true);
    expect(desk.toOwed()).toBe(0);
    desk.fallback.clear(OBJECT, keys, false);
    expect([desk.toOwed(), desk.toOwed()]).toEqual([1, 0]);
  });

  test("follows what a decision really cost", () => {
    const desk = new Desk();
    desk.decide(5);
    const checks = [{ ...MINUTE, taken: 1, actual: 3 }];
    const keys = [{ key: "k", checks }];
    const settlement = { version: MESSAGE_VERSION, id: "1", takenAtMs: NOW_MS, keys } as const;
    desk.fallback.settle(OBJECT, settlement, NOW_MS);
    expect(desk.toOwed()).toBe(7);
  });

  test("is one object's, and of so many keys at most", () => {
    const { fallback } = new Desk();
    for (let index = 0; index < 10_050; index += 1)
      fallback.owe(OBJECT, [{ key: `k${index}`, checks: [MINUTE] }]);
    expect(fallback.takeDebts("other")).toEqual([]);
    let told = 0;
    for (let keys = fallback.takeDebts(OBJECT); keys.length > 0; keys = fallback.takeDebts(OBJECT)) {
      expect(keys.length).toBeLessThanOrEqual(100);
      told += keys.length;
    }
    expect(told).toBe(10_000);
  });
});

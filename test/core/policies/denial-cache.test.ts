import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Verdict } from "../../../src/core/algorithms/algorithm.ts";
import type { AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import { toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import { combineVerdicts, type PolicyVerdict } from "../../../src/core/policies/combine-verdicts.ts";
import { type Denial, DenialCache } from "../../../src/core/policies/denial-cache.ts";
import { toVerdict } from "./verdicts.ts";
import { toRuns } from "../../property-runs.ts";

const START_MS = 1_700_000_000_000;

const denied = (retryAfterMs: number, more: Partial<PolicyVerdict> = {}): PolicyVerdict =>
  toVerdict("p", { outcome: "denied", retryAfterMs, resetMs: retryAfterMs + 5_000, ...more });

/** A cache with a clock in milliseconds from the start, for one key. */
class Desk {
  readonly cache = new DenialCache();

  remember(
    verdicts: readonly PolicyVerdict[],
    [sentMs, receivedMs]: readonly [number, number],
    shadows: readonly PolicyVerdict[] = [],
  ): void {
    const times = { sentMs: START_MS + sentMs, receivedMs: START_MS + receivedMs };
    this.cache.remember("k", { answer: combineVerdicts(verdicts), shadows }, times);
  }

  find(atMs: number): Denial["answer"] | undefined {
    return this.cache.find("k", START_MS + atMs)?.answer;
  }

  findShadows(atMs: number): Denial["shadows"] | undefined {
    return this.cache.find("k", START_MS + atMs)?.shadows;
  }

  takeRefused(atMs: number): ReturnType<DenialCache["takeRefused"]> {
    return this.cache.takeRefused("k", START_MS + atMs);
  }
}

describe("peek()", () => {
  test("says while a denial stands, also when it is time to ask again, and counts nothing", () => {
    const desk = new Desk();
    desk.remember([denied(3_000)], [0, 0]);
    const peek = (atMs: number): number | undefined => desk.cache.peek("k", START_MS + atMs)?.retryAfterMs;
    expect([peek(500), peek(1_500), peek(2_999), peek(3_000)]).toEqual([2_500, 1_500, 1, undefined]);
    expect(desk.takeRefused(2_000)).toBeUndefined();
    expect(desk.cache.peek("other", START_MS)).toBeUndefined();
  });
});

describe("remember()", () => {
  test("counts a denial from when it was asked for, and tells waits from when the answer came", () => {
    const desk = new Desk();
    desk.remember([denied(800)], [0, 100]);
    expect(desk.find(100)?.retryAfterMs).toBe(800);
    expect(desk.find(300)).toMatchObject({ outcome: "denied", violated: ["p"], retryAfterMs: 600 });
    expect(desk.find(300)?.nearest).toMatchObject({ policy: "p", retryAfterMs: 600, resetMs: 5_600 });
    expect(desk.find(799)?.retryAfterMs).toBe(101);
    expect(desk.find(800)).toBeUndefined();
  });

  test("keeps what shadow policies said beside it, aged like the rest", () => {
    const desk = new Desk();
    const shadow = toVerdict("shadow", { outcome: "denied", retryAfterMs: 2_000, resetMs: 3_000 });
    desk.remember([denied(800)], [0, 100], [shadow]);
    expect(desk.findShadows(300)).toEqual([{ ...shadow, retryAfterMs: 1_800, resetMs: 2_800 }]);
  });

  test("forgets when the counters say otherwise", () => {
    for (const after of [toVerdict("p", { remaining: 3 }), denied(900, { isTentative: true })]) {
      const desk = new Desk();
      desk.remember([denied(800)], [0, 10]);
      desk.remember([after], [20, 30]);
      expect(desk.find(40)).toBeUndefined();
    }
  });

  const certainties: readonly (readonly [verdicts: readonly PolicyVerdict[], isKept: boolean])[] = [
    [[denied(800)], true],
    [[toVerdict("p", {})], false],
    [[denied(800, { isTentative: true })], false],
    // The longest wait decides whether the request is refused until then.
    [[denied(800), toVerdict("q", { ...denied(300, { isTentative: true }), policy: "q" })], true],
    [[denied(300), toVerdict("q", { ...denied(800, { isTentative: true }), policy: "q" })], false],
    [[denied(800, { isTentative: true }), toVerdict("q", { ...denied(800), policy: "q" })], true],
    [[toVerdict("p", { outcome: "impossible", retryAfterMs: Infinity })], true],
  ];
  test.each(certainties)("of %j keeps it: %s", (verdicts, isKept) => {
    const desk = new Desk();
    desk.remember(verdicts, [0, 10]);
    expect(desk.find(20) !== undefined).toBe(isKept);
  });

  test("keeps what is impossible without a wait", () => {
    const desk = new Desk();
    desk.remember([toVerdict("p", { outcome: "impossible", retryAfterMs: Infinity })], [0, 10]);
    expect(desk.find(500)).toMatchObject({ outcome: "impossible", retryAfterMs: Infinity });
  });

  test("keeps a bounded number of denials: the last that were used", () => {
    const cache = new DenialCache();
    const times = { sentMs: START_MS, receivedMs: START_MS };
    const answer = combineVerdicts([denied(900)]);
    for (let index = 0; index < 10_000; index += 1)
      cache.remember(`k${index}`, { answer, shadows: [] }, times);
    expect(cache.find("k0", START_MS)).toBeDefined();
    cache.remember("one more", { answer, shadows: [] }, times);
    expect(cache.find("k1", START_MS)).toBeUndefined();
    expect(cache.find("k0", START_MS)).toBeDefined();
  });
});

describe("find()", () => {
  test("lets one request a second ask again while the denial lasts, and refuses the others", () => {
    const desk = new Desk();
    desk.remember([denied(3_600_000)], [0, 10]);
    const asking: number[] = [];
    for (let atMs = 10; atMs < 5_000; atMs += 3) if (desk.find(atMs) === undefined) asking.push(atMs);
    expect(asking).toHaveLength(4);
    expect(asking[0]).toBe(1_000);
  });

  test("counts what it refused, and for which policies, until that is taken", () => {
    const desk = new Desk();
    expect(desk.takeRefused(0)).toBeUndefined();
    desk.remember([denied(3_600_000), toVerdict("q", {})], [0, 10]);
    expect(desk.takeRefused(10)).toBeUndefined();
    for (let atMs = 10; atMs < 30; atMs += 1) desk.find(atMs);
    expect(desk.takeRefused(130)).toEqual({ policies: ["p"], count: 20, agoMs: 101 });
    expect(desk.takeRefused(130)).toBeUndefined();
  });

  test("counts nothing for a policy that has banned, nor for one that is impossible", () => {
    const desk = new Desk();
    const banned = toVerdict("q", { ...denied(900, { isBanned: true }), policy: "q" });
    const impossible = toVerdict("r", { outcome: "impossible", retryAfterMs: Infinity });
    desk.remember([denied(800), banned, impossible], [0, 10]);
    desk.find(20);
    expect(desk.takeRefused(20)?.policies).toEqual(["p"]);
  });

  test("goes on counting after the denial is over: those who ask next tell of it", () => {
    const desk = new Desk();
    desk.remember([denied(500)], [0, 10]);
    for (let atMs = 10; atMs < 20; atMs += 1) desk.find(atMs);
    expect(desk.find(500)).toBeUndefined();
    expect(desk.takeRefused(500)).toEqual({ policies: ["p"], count: 10, agoMs: 481 });
  });
});

/** One policy's exact counter, asked from several isolates; its clock is not theirs. */
class Counter {
  readonly #algorithm;
  readonly #settings: unknown;
  readonly #aheadMs: number;
  #state: unknown;
  /** How often something was admitted. */
  admitted = 0;

  constructor(options: Readonly<Record<string, unknown>>, aheadMs: number) {
    this.#algorithm = toAlgorithm(options["algorithm"] as AlgorithmName);
    const settings = this.#algorithm.parseConfig(options);
    if (!settings.ok) throw new Error(JSON.stringify(settings.error));
    this.#settings = settings.value;
    this.#aheadMs = aheadMs;
  }

  /** What it would say, without being asked. */
  peek(atMs: number, cost: number): Verdict<unknown> {
    return this.#algorithm.decide(this.#settings, this.#state, {
      nowMs: START_MS + atMs + this.#aheadMs,
      cost,
    });
  }

  take(atMs: number, cost: number): PolicyVerdict {
    const { outcome, remaining, retryAfterMs, resetMs, state } = this.peek(atMs, cost);
    this.#state = state;
    if (outcome === "allowed") this.admitted += 1;
    return toVerdict("p", { outcome, remaining, retryAfterMs, resetMs });
  }
}

const options = fc.constantFrom<Readonly<Record<string, unknown>>>(
  { algorithm: "token-bucket", limit: 6, window: "2s", burst: 4 },
  { algorithm: "sliding-window", limit: 4, window: "1s" },
  { algorithm: "sliding-window-log", limit: 4, window: "3s" },
  { algorithm: "sliding-window-counter", limit: 4, window: "1s" },
  { algorithm: "fixed-window", limit: 4, window: "1s" },
  { algorithm: "fixed-window", limit: 4, window: "3s", align: "first-request" },
  { algorithm: "leaky-bucket", limit: 4, window: "1s", delayMax: "500ms" },
  { algorithm: "quota", limit: 4, period: "day" },
);
const request = fc.record({
  waitMs: fc.oneof(fc.nat(3), fc.nat(400)),
  cost: fc.integer({ min: 1, max: 5 }),
  /** How long the question is on its way to the counter, and the answer on its way back. */
  thereMs: fc.nat(40),
  backMs: fc.nat(40),
  /** Traffic of other isolates while the question is on its way. */
  others: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
});

describe("a remembered denial", () => {
  test("is never false, and whoever waits as long as it says is admitted, if nothing else was meanwhile", () => {
    fc.assert(
      fc.property(
        options,
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(request, { minLength: 1, maxLength: 60 }),
        (given, aheadMs, requests) => {
          const counter = new Counter(given, aheadMs);
          const cache = new DenialCache();
          const admittedBefore = new Map<string, number>();
          let nowMs = 0;
          for (const { waitMs, cost, thereMs, backMs, others } of requests) {
            nowMs += waitMs;
            const key = `cost ${cost}`;
            const known = cache.find(key, START_MS + nowMs)?.answer;
            if (known !== undefined) {
              expect(counter.peek(nowMs, cost).outcome).toBe(known.outcome);
              if (known.outcome === "impossible" || admittedBefore.get(key) !== counter.admitted) continue;
              expect(counter.peek(nowMs + known.retryAfterMs, cost).outcome).toBe("allowed");
              continue;
            }
            const sentMs = START_MS + nowMs;
            for (const other of others) counter.take(nowMs + thereMs, other);
            const answer = combineVerdicts([counter.take(nowMs + thereMs, cost)]);
            admittedBefore.set(key, counter.admitted);
            nowMs += thereMs + backMs;
            cache.remember(key, { answer, shadows: [] }, { sentMs, receivedMs: START_MS + nowMs });
          }
        },
      ),
      { numRuns: toRuns(500) },
    );
  });
});

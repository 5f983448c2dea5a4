import { describe, expect, test } from "vitest";
import { algorithms, type AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import { type Check, type KeyChecks, MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import { createShares, FallbackCounters } from "../../../src/core/counters/fallback-counters.ts";
import { findStrange, inherit, type Told, toTold } from "../../../src/core/counters/neighbour-shares.ts";

const NOW_MS = 1_700_000_040_000;

function toKeys(algorithm: AlgorithmName, options: object): readonly KeyChecks[] {
  const parsed = algorithms[algorithm].parseConfig({ algorithm, ...options });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const check: Check = { policy: "p", algorithm, settings: parsed.value, cost: 1 };
  return [{ key: "k", checks: [check] }];
}

const MINUTE = toKeys("token-bucket", { limit: 600, window: "1m" });
const WINDOW = toKeys("sliding-window", { limit: 600, window: "1m" });
const PERMITS = toKeys("concurrency", { limit: 8, expires: "1m" });

/** An instance whose counter object is away. */
class Instance {
  readonly shares = createShares();
  readonly #fallback = new FallbackCounters(this.shares);
  readonly #keys: readonly KeyChecks[];
  #ids = 0;

  constructor(keys = MINUTE) {
    this.#keys = keys;
  }

  hear(remaining: number, askers: number, nowMs = NOW_MS): void {
    const verdict = { policy: "p", outcome: "allowed", remaining, retryAfterMs: 0, resetMs: 0 } as const;
    const reply = { version: MESSAGE_VERSION, verdicts: [verdict], takenAtMs: nowMs, askers } as const;
    this.#fallback.hear("o", this.#keys, { reply, nowMs });
  }

  /** Decides so many requests at once. Returns how many were allowed, and what is told of it. */
  decide(times: number, nowMs = NOW_MS): { readonly allowed: number; readonly told: readonly Told[] } {
    let allowed = 0;
    const told: Told[] = [];
    for (let index = 0; index < times; index += 1) {
      const id = String((this.#ids += 1));
      const request = { version: MESSAGE_VERSION, phase: "take", id, keys: this.#keys } as const;
      const dividing = { object: "o", wholePolicies: new Set<string>() };
      const { verdicts } = this.#fallback.decide(request, dividing, nowMs);
      if (verdicts[0]?.outcome === "allowed") allowed += 1;
      told.push(...toTold(this.shares, { keys: this.#keys, verdicts, nowMs }));
    }
    return { allowed, told };
  }

  /** What it is told by others, of counters that it knows nothing of. */
  read(told: readonly Told[], nowMs = NOW_MS): this {
    const strange = findStrange(this.shares, { keys: this.#keys, nowMs });
    for (const one of told.filter(({ name }) => strange.includes(name))) inherit(this.shares, one, nowMs);
    return this;
  }
}

function spend(remaining: number, askers: number, units: number): readonly Told[] {
  const instance = new Instance();
  instance.hear(remaining, askers);
  return instance.decide(units).told;
}

describe("inherit()", () => {
  test.each([
    ["nothing, where a neighbour has nothing", 600, 10, 60, 0],
    ["what a neighbour had left when it told", 600, 10, 30, 30],
    ["no more than an eighth, where a neighbour had more", 600, 1, 300, 75],
    ["nothing, where many divide too little", 10, 1_000, 5, 0],
  ])("a new instance begins with %s", (_what, remaining, askers, spent, allowed) => {
    const told = spend(remaining, askers, spent);
    expect(new Instance().read(told.slice(-1)).decide(100).allowed).toBe(allowed);
  });

  test.each([0, 20_000, -20_000, 3_600_000])(
    "a clock that is %i ms ahead of the neighbour's gives nothing back that has not come back here",
    (aheadMs) => {
      const told = spend(600, 20, 15);
      const heir = new Instance().read(told, NOW_MS + aheadMs);
      // The text says 15; of a twentieth of the limit, 10 come back in 20 seconds.
      expect(heir.decide(100, NOW_MS + aheadMs).allowed).toBe(15);
      expect(heir.decide(100, NOW_MS + aheadMs + 20_000).allowed).toBe(10);
    },
  );

  test("a window begins with what is left, and gets the rest once what was used has left it", () => {
    const first = new Instance(WINDOW);
    first.hear(0, 10);
    const heir = new Instance(WINDOW).read(first.decide(5).told);
    expect([heir.decide(100).allowed, heir.decide(100, NOW_MS + 66_000).allowed]).toEqual([0, 60]);
  });

  test("one that nobody tells anything takes an eighth", () => {
    expect(new Instance().read([]).decide(100).allowed).toBe(75);
  });

  test.each([
    ["that is no text of ours", "x 10"],
    ["of no units", "-1 10"],
    ["of nobody", "1 0"],
    ["that is empty", ""],
  ])("a text %s is worth nothing", (_what, text) => {
    const told = spend(0, 10, 1).map(({ name }) => ({ name, text }));
    expect(told).toHaveLength(1);
    expect(new Instance().read(told).decide(100).allowed).toBe(75);
  });

  test("a text of an earlier deployment, which ends with a time, is read without it", () => {
    const told = spend(0, 10, 1).map(({ name, text }) => ({ name, text: `${text} ${NOW_MS - 59_000}` }));
    expect(new Instance().read(told).decide(100).allowed).toBe(0);
  });

  test("an instance that has a share of its own keeps it", () => {
    const instance = new Instance();
    instance.hear(40, 1);
    const told = spend(0, 10, 1);
    for (const one of told) inherit(instance.shares, one, NOW_MS);
    expect(instance.decide(100).allowed).toBe(40);
  });

  test("the object's word counts, once it answers", () => {
    const heir = new Instance().read(spend(0, 10, 1));
    expect(heir.decide(10).allowed).toBe(0);
    heir.hear(100, 2, NOW_MS + 1_000);
    expect(heir.decide(100, NOW_MS + 1_000).allowed).toBe(50);
  });
});

describe("toTold()", () => {
  test("tells of a share of which half is gone, once a second", () => {
    const instance = new Instance();
    instance.hear(600, 10);
    const at = (afterMs: number, times: number): number =>
      instance.decide(times, NOW_MS + afterMs).told.length;
    // 60 units: half of them are gone with the thirtieth.
    expect([at(0, 29), at(1, 1), at(999, 5), at(1_001, 5), at(2_001, 5)]).toEqual([0, 1, 0, 1, 1]);
  });

  test("tells at once when nothing is left", () => {
    expect(spend(600, 10, 90).map(({ text }) => text)).toEqual(["30 10", "0 10"]);
  });

  test("a stranger tells of its eighth", () => {
    expect(new Instance().decide(40).told.map(({ text }) => text)).toEqual(["37 8"]);
  });

  test("permits are told of to nobody, and nobody is asked for them", () => {
    const instance = new Instance(PERMITS);
    expect(findStrange(instance.shares, { keys: PERMITS, nowMs: NOW_MS })).toEqual([]);
    expect(instance.decide(8).told).toEqual([]);
  });
});

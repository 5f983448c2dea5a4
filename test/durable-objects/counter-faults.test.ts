// Evictions, resets and failing writes at every step of hold, commit, release and settle, on workerd's own storage:
// nothing is lost and nothing is admitted twice.

import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { algorithms, type AlgorithmName } from "../../src/core/algorithms/registry.ts";
import {
  type Check,
  type CheckVerdict,
  MESSAGE_VERSION,
  type Phase,
} from "../../src/core/counters/counter-messages.ts";
import { NO_SIGNALS } from "../../src/core/reputation/score.ts";
import type { CounterObject } from "../../src/durable-objects/counter-object.ts";

const { COUNTERS } = env as unknown as { readonly COUNTERS: DurableObjectNamespace<CounterObject> };

const LIMIT = 10;
const HOURLY = { algorithm: "sliding-window-log", limit: LIMIT, window: "1h" };

function toCheck(options: Readonly<Record<string, unknown>>, cost = 1): Check {
  const algorithm = options["algorithm"] as AlgorithmName;
  const settings = algorithms[algorithm].parseConfig(options);
  if (!settings.ok) throw new Error("test options are wrong");
  return { policy: "p", algorithm, settings: settings.value, cost };
}

/** One counter object with one key, and what may befall it. A stub does not survive a reset: each call takes a new one. */
class Place {
  readonly #name: string;
  readonly #check: Check;

  constructor(name: string, options: Readonly<Record<string, unknown>> = HOURLY) {
    this.#name = name;
    this.#check = toCheck(options);
  }

  get stub(): DurableObjectStub<CounterObject> {
    return COUNTERS.getByName(this.#name);
  }

  async ask(phase: Phase, id: string, more: Partial<Check> = {}): Promise<CheckVerdict | undefined> {
    const keys = [{ key: "k", checks: [{ ...this.#check, ...more }] }];
    const [reply] = await this.stub.decide([{ version: MESSAGE_VERSION, phase, id, keys }]);
    return reply !== undefined && "verdicts" in reply ? reply.verdicts[0] : undefined;
  }

  async isAllowed(phase: Phase, id: string, more: Partial<Check> = {}): Promise<boolean> {
    return (await this.ask(phase, id, more))?.outcome === "allowed";
  }

  async settle(id: string, actual: number, takenAtMs = Date.now()): Promise<void> {
    const { policy, algorithm, settings } = this.#check;
    const checks = [{ policy, algorithm, settings, taken: 1, actual }];
    await this.stub.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: [{ key: "k", checks }] });
  }

  async used(): Promise<number> {
    return LIMIT - ((await this.ask("take", crypto.randomUUID(), { cost: 0 }))?.remaining ?? NaN);
  }

  async evict(): Promise<void> {
    await evictDurableObject(this.stub);
  }

  async reset(): Promise<void> {
    const reset = runInDurableObject(this.stub, (_instance, state) => {
      state.abort("reset on purpose");
    });
    await expect(reset).rejects.toThrow("reset on purpose");
  }

  /** Lets no row be written while `work` goes on. The object must have its table. */
  async withoutWrites(work: () => Promise<unknown>): Promise<void> {
    const run = (statement: string): Promise<unknown> =>
      runInDurableObject(this.stub, (_instance, state) => void state.storage.sql.exec(statement));
    const fail = "SELECT RAISE(ABORT, 'disk is full'); END";
    await run(`CREATE TRIGGER no_insert BEFORE INSERT ON counters BEGIN ${fail}`);
    await run(`CREATE TRIGGER no_update BEFORE UPDATE ON counters BEGIN ${fail}`);
    try {
      await work();
    } finally {
      await run("DROP TRIGGER no_insert");
      await run("DROP TRIGGER no_update");
    }
  }
}

const FAULTS = ["evict", "reset"] as const;
const AFTER = ["nothing", "hold", "commit", "settle"] as const;
const SETTLED = [0, 1, 4];
const cases = FAULTS.flatMap((fault) =>
  AFTER.flatMap((after) => SETTLED.map((actual) => [fault, after, actual] as const)),
);

describe("a decision over two objects", () => {
  test.each(cases)(
    "with one %s after %s, settled to %i, counts exactly once in both",
    async (fault, after, actual) => {
      const places = [
        new Place(`${fault} ${after} ${actual} a`),
        new Place(`${fault} ${after} ${actual} b`),
      ] as const;
      const both = async (phase: Phase): Promise<boolean> =>
        (await Promise.all(places.map((place) => place.isAllowed(phase, "one")))).every(Boolean);
      const strike = async (step: (typeof AFTER)[number]): Promise<void> => {
        if (step === after) await places[0][fault]();
      };
      for (const place of places) expect(await place.isAllowed("take", "before")).toBe(true);
      await strike("nothing");
      expect(await both("hold")).toBe(true);
      await strike("hold");
      expect(await both("commit")).toBe(true);
      await strike("commit");
      for (const place of places) await place.settle("one", actual);
      await strike("settle");
      for (const place of places) expect(await place.used()).toBe(1 + actual);
    },
  );

  test.each(FAULTS)("that is released after a hold and one %s consumes nothing in either", async (fault) => {
    const places = [new Place(`released ${fault} a`), new Place(`released ${fault} b`)] as const;
    for (const place of places) expect(await place.isAllowed("hold", "one", { cost: LIMIT })).toBe(true);
    await places[0][fault]();
    for (const place of places) await place.ask("release", "one", { cost: LIMIT });
    for (const place of places) expect(await place.used()).toBe(0);
  });

  test("whose commit cannot be written consumes nothing in either, and can be made again", async () => {
    const [failing, fine] = [new Place("failing commit a"), new Place("failing commit b")];
    for (const place of [failing, fine]) {
      expect(await place.isAllowed("take", "before")).toBe(true);
      expect(await place.isAllowed("hold", "one")).toBe(true);
    }
    await failing.withoutWrites(async () => {
      expect(await fine.isAllowed("commit", "one")).toBe(true);
      await runInDurableObject(failing.stub, (instance) => {
        const keys = [{ key: "k", checks: [toCheck(HOURLY)] }];
        const [reply] = instance.decide([{ version: MESSAGE_VERSION, phase: "commit", id: "one", keys }]);
        expect(reply).toEqual({ version: MESSAGE_VERSION, failure: expect.stringContaining("disk is full") });
      });
    });
    for (const place of [failing, fine]) await place.ask("release", "one");
    for (const place of [failing, fine]) expect(await place.used()).toBe(1);
    for (const place of [failing, fine]) expect(await place.isAllowed("take", "two")).toBe(true);
    for (const place of [failing, fine]) expect(await place.used()).toBe(2);
  });
});

describe("a settlement", () => {
  test.each([0, 4])(
    "to %i that cannot be written changes nothing, and counts once when it comes again",
    async (actual) => {
      const place = new Place(`failing settlement ${actual}`);
      expect(await place.isAllowed("take", "one")).toBe(true);
      await place.withoutWrites(async () => {
        await runInDurableObject(place.stub, (instance) => {
          const { policy, algorithm, settings } = toCheck(HOURLY);
          const keys = [{ key: "k", checks: [{ policy, algorithm, settings, taken: 1, actual }] }];
          expect(() => {
            instance.settle({ version: MESSAGE_VERSION, id: "one", takenAtMs: Date.now(), keys });
          }).toThrow("disk is full");
        });
        expect(await place.used()).toBe(1);
      });
      for (let time = 0; time < 3; time += 1) await place.settle("one", actual);
      expect(await place.used()).toBe(actual);
      await place.evict();
      expect(await place.used()).toBe(actual);
    },
  );

  test("of each of 100 decisions at once counts once, also when each comes twice", async () => {
    const place = new Place("100 settlements", { ...HOURLY, limit: 1_000 });
    const ids = Array.from({ length: 100 }, () => crypto.randomUUID());
    await Promise.all(
      ids.map(async (id, index) => {
        expect(await place.isAllowed("take", id)).toBe(true);
        await Promise.all([place.settle(id, index % 3), place.settle(id, index % 3)]);
      }),
    );
    const units = ids.reduce((sum, _, index) => sum + (index % 3), 0);
    expect((await place.ask("take", "peek", { cost: 0 }))?.remaining).toBe(1_000 - units);
  });

  test("frees a permit that was taken before an eviction", async () => {
    const place = new Place("permits", { algorithm: "concurrency", limit: 1, expires: "1h" });
    const taken = await place.ask("take", "one");
    expect(taken?.outcome).toBe("allowed");
    await place.evict();
    expect(await place.isAllowed("take", "two")).toBe(false);
    await place.settle("one", 0);
    expect(await place.isAllowed("take", "three")).toBe(true);
  });
});

describe("an object that is evicted after every request", () => {
  test("admits the whole limit, and not one more", async () => {
    const place = new Place("evicted after each");
    const outcomes: boolean[] = [];
    for (let time = 0; time < LIMIT + 3; time += 1) {
      outcomes.push(await place.isAllowed("take", `take ${time}`));
      await place.evict();
    }
    expect(outcomes.filter(Boolean)).toHaveLength(LIMIT);
    expect(outcomes.slice(LIMIT)).toEqual([false, false, false]);
  });

  test.each(FAULTS)("keeps a ban: %s", async (fault) => {
    const place = new Place(`banned ${fault}`, { ...HOURLY, limit: 1, window: "1s" });
    const ban = { after: 3, windowMs: 60_000, forMs: [60_000, 600_000] };
    for (let time = 0; time < 4; time += 1) await place.ask("take", `take ${time}`, { ban });
    await place[fault]();
    const verdict = await place.ask("take", "after", { ban });
    expect(verdict?.outcome).toBe("denied");
    expect(verdict?.retryAfterMs).toBeGreaterThan(50_000);
    expect(verdict?.retryAfterMs).toBeLessThanOrEqual(60_000);
  });
});

test.each(["evicted", "ended"] as const)(
  "scores of suspects and bans outlive an object that is %s",
  async (how) => {
    const stub = COUNTERS.getByName(`scores-${how}`);
    const settings = { halfLifeMs: 600_000, suspect: 30, ban: 100, banForMs: [600_000] };
    const report = (key: string, traps: number): ReturnType<typeof stub.score> =>
      stub.score({ version: 1, settings, reports: [{ key, signals: { ...NO_SIGNALS, traps } }] });
    await report("ip=suspect", 40);
    await report("ip=banned", 120);
    await report("ip=quiet", 20);
    if (how === "evicted") await evictDurableObject(stub);
    // As a fault of the platform's ends it: nothing of its memory is left, and nobody is told before.
    else
      await expect(runInDurableObject(stub, (_, state) => state.abort("ended on purpose"))).rejects.toThrow();
    const after = COUNTERS.getByName(`scores-${how}`);
    const answers = await after.score({
      version: 1,
      settings,
      reports: ["ip=suspect", "ip=banned", "ip=quiet"].map((key) => ({ key, signals: NO_SIGNALS })),
    });
    const [suspect, banned, quiet] = answers;
    expect(suspect?.score).toBeGreaterThan(39);
    expect(banned?.banMs).toBeGreaterThan(590_000);
    expect(quiet).toMatchObject({ score: 0, banMs: 0 });
  },
);

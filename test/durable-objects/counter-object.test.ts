// The counter object on workerd's own storage: eviction, alarms, parallel calls, damage.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { algorithms, type AlgorithmName } from "../../src/core/algorithms/registry.ts";
import {
  type Check,
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
  type Phase,
} from "../../src/core/counters/counter-messages.ts";
import type { Bindings, CounterRpc } from "../../src/platform/bindings.ts";

const counters = (env as unknown as Bindings).COUNTERS;

function toCheck(options: Readonly<Record<string, unknown>>, cost = 1): Check {
  const algorithm = options["algorithm"] as AlgorithmName;
  const settings = algorithms[algorithm].parseConfig(options);
  if (!settings.ok) throw new Error("test options are wrong");
  return { policy: "p", algorithm, settings: settings.value, cost };
}

const SIXTY = { algorithm: "sliding-window", limit: 60, window: "1h" };

interface Asked {
  readonly key: string;
  readonly phase: Phase;
  readonly id: string;
}

async function ask(
  stub: DurableObjectStub<CounterRpc & DurableObject>,
  check: Check,
  { key = "k", phase = "take", id = crypto.randomUUID() }: Partial<Asked> = {},
): Promise<CounterReply["verdicts"][number]> {
  const keys = [{ key, checks: [check] }];
  const [reply] = await stub.decide([{ version: MESSAGE_VERSION, phase, id, keys }]);
  const verdict = reply !== undefined && "verdicts" in reply ? reply.verdicts[0] : undefined;
  if (verdict === undefined) throw new Error("no verdict");
  return verdict;
}

async function release(
  stub: DurableObjectStub<CounterRpc & DurableObject>,
  check: Check,
  id: string,
): Promise<void> {
  await stub.decide([
    { version: MESSAGE_VERSION, phase: "release", id, keys: [{ key: "k", checks: [check] }] },
  ]);
}

const remaining = async (
  stub: DurableObjectStub<CounterRpc & DurableObject>,
  check: Check,
  key = "k",
): Promise<number> => (await ask(stub, { ...check, cost: 0 }, { key })).remaining;

function countRows(storage: DurableObjectStorage): number {
  const tables = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'counters'").toArray();
  return tables.length === 0
    ? 0
    : storage.sql.exec<{ rows: number }>("SELECT COUNT(*) AS rows FROM counters").one().rows;
}

test("100 parallel calls on a fresh key with limit 60 admit exactly 60", async () => {
  const stub = counters.getByName("parallel");
  const verdicts = await Promise.all(Array.from({ length: 100 }, () => ask(stub, toCheck(SIXTY))));
  expect(verdicts.filter(({ outcome }) => outcome === "allowed")).toHaveLength(60);
  expect(await remaining(stub, toCheck(SIXTY))).toBe(0);
});

test("5 keys in parallel admit 60 each", async () => {
  const stub = counters.getByName("five-keys");
  const keys = ["a", "b", "c", "d", "e"];
  const verdicts = await Promise.all(
    keys.flatMap((key) =>
      Array.from({ length: 80 }, async () => ({ key, ...(await ask(stub, toCheck(SIXTY), { key })) })),
    ),
  );
  for (const key of keys) {
    expect(verdicts.filter((verdict) => verdict.key === key && verdict.outcome === "allowed")).toHaveLength(
      60,
    );
  }
});

test("what was used survives an eviction", async () => {
  const stub = counters.getByName("evicted");
  await ask(stub, toCheck(SIXTY, 60));
  await evictDurableObject(stub);
  expect(await remaining(stub, toCheck(SIXTY))).toBe(0);
});

test("an eviction never gives back more than is unused", async () => {
  const stub = counters.getByName("evicted-often");
  let admitted = 0;
  for (let round = 0; round < 40; round += 1) {
    if ((await ask(stub, toCheck(SIXTY, 2))).outcome === "allowed") admitted += 2;
    await evictDurableObject(stub);
  }
  expect(admitted).toBeLessThanOrEqual(60);
  expect(admitted).toBeGreaterThanOrEqual(10);
});

test("what was settled of estimates survives an eviction, to the unit", async () => {
  const stub = counters.getByName("estimates");
  const check = { ...toCheck({ ...SIXTY, limit: 100_000 }, 110), isEstimate: true };
  const keys = [{ key: "k", checks: [{ ...check, taken: 110, actual: 15 }] }];
  for (let call = 0; call < 12; call += 1) {
    const id = `call ${call}`;
    await ask(stub, check, { id });
    await stub.settle({ version: MESSAGE_VERSION, id, takenAtMs: Date.now(), keys });
  }
  // It is stored soon after the last, and of what is under way the estimate.
  const used = 12 * 15;
  const readStored = (): Promise<string> =>
    runInDurableObject(
      stub,
      (_, { storage }) => storage.sql.exec<{ record: string }>("SELECT record FROM counters").one().record,
    );
  await vi.waitFor(async () => expect(await readStored()).toMatch(new RegExp(`\\b${used}\\b`, "u")), {
    timeout: 5_000,
  });
  await evictDurableObject(stub);
  expect(await remaining(stub, check)).toBe(100_000 - used);
  await ask(stub, check);
  await evictDurableObject(stub);
  expect(await remaining(stub, check)).toBe(100_000 - used - 110);
});

test("a denied call and a peek write nothing", async () => {
  const stub = counters.getByName("quiet");
  await ask(stub, toCheck(SIXTY, 61));
  await ask(stub, toCheck(SIXTY, 0));
  await runInDurableObject(stub, (_instance, state) => {
    expect(countRows(state.storage)).toBe(0);
  });
});

test("the alarm deletes what is back to never seen, and with the last row the table", async () => {
  const stub = counters.getByName("alarmed");
  const brief = { algorithm: "sliding-window", limit: 5, window: "1s" };
  await ask(stub, toCheck(brief), { key: "brief" });
  await ask(stub, toCheck(SIXTY), { key: "long" });
  await runInDurableObject(stub, (_instance, state) => {
    expect(countRows(state.storage)).toBe(2);
    state.storage.sql.exec("UPDATE counters SET expires_at_ms = 1 WHERE key = 'brief'");
  });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  await runInDurableObject(stub, (_instance, state) => {
    expect(countRows(state.storage)).toBe(1);
    state.storage.sql.exec("UPDATE counters SET expires_at_ms = 1");
  });
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  await runInDurableObject(stub, async (_instance, state) => {
    expect(
      state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'counters'").toArray(),
    ).toEqual([]);
    expect(await state.storage.getAlarm()).toBeNull();
  });
  // An object that forgot everything starts again.
  expect((await ask(stub, toCheck(SIXTY))).outcome).toBe("allowed");
});

test("the alarm is set once, not with every write", async () => {
  const stub = counters.getByName("one-alarm");
  await ask(stub, toCheck(SIXTY));
  const first = await runInDurableObject(stub, (_instance, state) => state.storage.getAlarm());
  await ask(stub, toCheck(SIXTY), { key: "another" });
  const second = await runInDurableObject(stub, (_instance, state) => state.storage.getAlarm());
  expect(first).not.toBeNull();
  expect(second).toBe(first);
});

test("a damaged row is never seen", async () => {
  const stub = counters.getByName("damaged");
  await ask(stub, toCheck(SIXTY, 60));
  await runInDurableObject(stub, (_instance, state) => {
    state.storage.sql.exec('UPDATE counters SET record = \'{"version":1,"counters":[]}\'');
  });
  await evictDurableObject(stub);
  expect(await remaining(stub, toCheck(SIXTY))).toBe(60);
});

test("a message of another version is refused, and those that came with it are not", async () => {
  const stub = counters.getByName("versions");
  const keys = [{ key: "k", checks: [toCheck(SIXTY)] }];
  const request: CounterRequest = { version: MESSAGE_VERSION, phase: "take", id: "x", keys };
  const foreign = { ...request, version: 99 } as unknown as CounterRequest;
  expect(await stub.decide([foreign, request])).toMatchObject([
    { failure: "counter message of another version" },
    { verdicts: [{ outcome: "allowed", remaining: 59 }] },
  ]);
});

test("200 parallel decisions over two objects leave each exactly at the number admitted", async () => {
  const stubs = [counters.getByName("left"), counters.getByName("right")] as const;
  const limits = [toCheck(SIXTY), toCheck({ ...SIXTY, limit: 25 })] as const;
  const both = (phase: Phase, id: string): Promise<readonly string[]> =>
    Promise.all(
      stubs.map(async (stub, index) => (await ask(stub, limits[index] as Check, { phase, id })).outcome),
    );
  const decide = async (): Promise<boolean> => {
    const id = crypto.randomUUID();
    const isHeld = (await both("hold", id)).every((outcome) => outcome === "allowed");
    const isCommitted = isHeld && (await both("commit", id)).every((outcome) => outcome === "allowed");
    if (!isCommitted)
      await Promise.all(stubs.map((stub, index) => release(stub, limits[index] as Check, id)));
    return isCommitted;
  };
  const admitted = (await Promise.all(Array.from({ length: 200 }, decide))).filter(Boolean).length;
  expect(admitted).toBe(25);
  expect(await remaining(stubs[0], limits[0])).toBe(60 - 25);
  expect(await remaining(stubs[1], limits[1])).toBe(0);
});

test("a clock that is set back by a day gives nothing back, and makes nobody wait for that day", async () => {
  const stub = counters.getByName("set-back");
  const check = toCheck({ algorithm: "token-bucket", limit: 10, window: "1h" });
  for (let time = 0; time < 10; time += 1) expect((await ask(stub, check)).outcome).toBe("allowed");
  const { retryAfterMs } = await ask(stub, check);
  const dayMs = 86_400_000;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - dayMs });
  try {
    const denied = await ask(stub, check);
    expect(denied.outcome).toBe("denied");
    expect(denied.retryAfterMs).toBeLessThanOrEqual(retryAfterMs);
    vi.setSystemTime(Date.now() + dayMs + retryAfterMs);
    expect((await ask(stub, check)).outcome).toBe("allowed");
    // What counted from the day before would have been given a day's refill here.
    vi.setSystemTime(Date.now() - dayMs);
    await ask(stub, { ...check, cost: 0 });
    vi.setSystemTime(Date.now() + dayMs + 1);
    expect((await ask(stub, check)).outcome).toBe("denied");
  } finally {
    vi.useRealTimers();
  }
});

test("what was taken before a clock was set back gives back what has not drained since", async () => {
  const stub = counters.getByName("given back after");
  const bucket = toCheck({ algorithm: "token-bucket", limit: 10, window: "1h" }, 10);
  const takenAtMs = Date.now();
  await ask(stub, bucket, { id: "first" });
  const sinceMs = takenAtMs - 86_400_000;
  vi.useFakeTimers({ toFake: ["Date"], now: sinceMs });
  try {
    await ask(stub, { ...bucket, cost: 0 });
    vi.setSystemTime(sinceMs + 1_800_000);
    expect((await ask(stub, { ...bucket, cost: 5 })).outcome).toBe("allowed");
    const { policy, algorithm, settings } = bucket;
    const checks = [{ policy, algorithm, settings, taken: 10, actual: 0 }];
    await stub.settle({ version: MESSAGE_VERSION, id: "first", takenAtMs, keys: [{ key: "k", checks }] });
    // Five of the ten have drained, and the other five have come back: those that were taken since stay taken.
    expect([4, 5]).toContain(await remaining(stub, bucket));
  } finally {
    vi.useRealTimers();
  }
});

test.each(["kept in memory", "evicted"])(
  "a clock that stays a day behind refuses for no more than a minute: %s",
  async (how) => {
    const stub = counters.getByName(`behind ${how}`);
    const check = toCheck({ algorithm: "token-bucket", limit: 10, window: "1h" });
    for (let time = 0; time < 10; time += 1) expect((await ask(stub, check)).outcome).toBe("allowed");
    const { retryAfterMs } = await ask(stub, check);
    const sinceMs = Date.now() - 86_400_000;
    vi.useFakeTimers({ toFake: ["Date"], now: sinceMs });
    try {
      if (how === "evicted") await evictDurableObject(stub);
      const denied = await ask(stub, check);
      expect(denied.outcome).toBe("denied");
      vi.setSystemTime(sinceMs + 59_000);
      expect((await ask(stub, check)).outcome).toBe("denied");
      vi.setSystemTime(sinceMs + 60_000);
      expect((await ask(stub, check)).outcome).toBe("denied");
      // What is in a row is up to twice the last uses ahead; an eviction alone costs the same.
      vi.setSystemTime(sinceMs + 60_000 + 10 * retryAfterMs);
      expect((await ask(stub, check)).outcome).toBe("allowed");
      const row = await runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec<{ expires_at_ms: number }>("SELECT expires_at_ms FROM counters").one(),
      );
      expect(row.expires_at_ms).toBeLessThan(sinceMs + 3 * 3_600_000);
    } finally {
      vi.useRealTimers();
    }
  },
);

// The stats object on workerd's own storage: reports that come twice, evictions, alarms, hours.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { toSeriesName } from "../../src/core/stats/series.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/core/stats/stats-book.ts";
import { STATS_VERSION, type StatsReport } from "../../src/core/stats/stats-messages.ts";
import { ALERTS_NAME, type Bindings, type StatsRpc } from "../../src/platform/bindings.ts";

const { ALERTS, STATS } = env as unknown as Bindings;
type Stub = DurableObjectStub<StatsRpc & DurableObject>;

const name = toSeriesName("units", "p");

const toReport = (seq: number, units: number, isolate = "a"): StatsReport => ({
  version: STATS_VERSION,
  isolate,
  seq,
  counts: [[name, units]],
  histograms: [],
  tops: { denials: [], countries: [], asns: [], usage: [] },
  crossings: [],
  tail: [],
  now: { pools: [], usage: [] },
  dropped: 0,
});

async function readTotal(stub: Stub): Promise<number> {
  const { counts } = await stub.totals();
  return (counts.find(([series]) => series === name)?.[1] as number | undefined) ?? 0;
}

async function readRows(stub: Stub): Promise<Readonly<Record<string, number>>> {
  return runInDurableObject(stub, (_, { storage }) => {
    const [table] = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'stats'").toArray();
    if (table === undefined) return {};
    const rows = storage.sql.exec<{ kind: string; count: number }>(
      "SELECT kind, COUNT(*) AS count FROM stats GROUP BY kind",
    );
    return Object.fromEntries(Array.from(rows, ({ kind, count }) => [kind, count]));
  });
}

const sumOf = async (stub: Stub, step: "minute" | "hour", backMs: number): Promise<number> => {
  const toMs = Date.now() + HOUR_MS;
  const fromMs = toMs - backMs - HOUR_MS;
  const question = {
    version: STATS_VERSION,
    step,
    fromMs,
    toMs,
    pointMs: toMs - fromMs,
    isWatched: false,
  } as const;
  const { counts } = await stub.figures(question);
  const [, columns] = counts.find(([series]) => series === name) ?? [];
  return Array.isArray(columns) ? (columns[0] ?? 0) : 0;
};

test("an object that nobody reported to stores nothing when it is read", async () => {
  const stub = STATS.getByName("stats:nobody");
  expect([await readTotal(stub), await readRows(stub)]).toEqual([0, {}]);
});

test("a report that comes twice counts once, also when the object was evicted in between", async () => {
  const stub = STATS.getByName("stats:twice");
  await stub.report(toReport(1, 5));
  await stub.report(toReport(1, 5));
  expect(await readTotal(stub)).toBe(5);
  await evictDurableObject(stub);
  await stub.report(toReport(1, 5));
  await stub.report(toReport(2, 7));
  expect(await readTotal(stub)).toBe(12);
});

test("the first report is stored with its answer, those soon after by the alarm: one row for the minute that grows", async () => {
  const stub = STATS.getByName("stats:alarm");
  await stub.report(toReport(1, 1));
  const present = (): Promise<number> =>
    runInDurableObject(stub, (_, { storage }) => {
      const { data } = storage.sql.exec<{ data: string }>("SELECT data FROM stats WHERE kind = 'now'").one();
      return (JSON.parse(data) as { counts: [string, number][] }).counts[0]?.[1] ?? 0;
    });
  expect(await present()).toBe(1);
  for (let seq = 2; seq <= 20; seq += 1) await stub.report(toReport(seq, 1));
  expect(await present()).toBe(1);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  const { minute = 0, now } = await readRows(stub);
  expect([minute <= 1, now]).toEqual([true, 1]);
  // Nothing came since: there is nothing to wake for.
  expect(await runDurableObjectAlarm(stub)).toBe(false);
  await evictDurableObject(stub);
  expect(await readTotal(stub)).toBe(20);
});

test("what was told never falls: it is stored before it is told", async () => {
  const stub = STATS.getByName("stats:told");
  await stub.report(toReport(1, 9));
  const told = await readTotal(stub);
  await evictDurableObject(stub);
  expect([told, await readTotal(stub)]).toEqual([9, 9]);
});

test("an isolate that reports every ten seconds costs a row each and one a minute, and no alarm", async () => {
  const stub = STATS.getByName("stats:rows");
  const startMs = Date.UTC(2026, 1, 1);
  vi.useFakeTimers({ toFake: ["Date"] });
  const written = (): Promise<number> =>
    runInDurableObject(
      stub,
      (_, { storage }) => storage.sql.exec<{ n: number }>("SELECT total_changes() AS n").one().n,
    );
  try {
    let before = 0;
    const minutes = 5;
    for (let turn = 0; turn <= 6 * minutes; turn += 1) {
      vi.setSystemTime(startMs + turn * 10_000);
      await stub.report(toReport(turn + 1, 1));
      if (turn === 0) before = await written();
    }
    expect((await written()) - before).toBe((6 + 1) * minutes);
    expect(await runInDurableObject(stub, (_, { storage }) => storage.getAlarm())).toBeNull();
    await evictDurableObject(stub);
    expect(await readTotal(stub)).toBe(6 * minutes + 1);
  } finally {
    vi.useRealTimers();
  }
});

test("what an earlier version stored is read, and goes on: its newest minute and the isolates that it had seen", async () => {
  const stub = STATS.getByName("stats:earlier");
  await stub.report(toReport(1, 3));
  await runInDurableObject(stub, (_, { storage }) => {
    const { data } = storage.sql.exec<{ data: string }>("SELECT data FROM stats WHERE kind = 'now'").one();
    const { atMs, seen, ...minute } = JSON.parse(data) as Readonly<Record<string, unknown>>;
    const put = (kind: string, at: unknown, value: unknown): unknown =>
      storage.sql.exec("INSERT INTO stats VALUES (?, ?, ?)", kind, at, JSON.stringify(value));
    put("minute", atMs, minute);
    put("seen", 0, seen);
    storage.sql.exec("DELETE FROM stats WHERE kind = 'now'");
  });
  await evictDurableObject(stub);
  await stub.report(toReport(1, 3));
  expect(await readTotal(stub)).toBe(3);
  await stub.report(toReport(2, 4));
  expect(await readTotal(stub)).toBe(7);
  expect(await sumOf(stub, "minute", HOUR_MS)).toBe(7);
  await evictDurableObject(stub);
  expect(await readTotal(stub)).toBe(7);
});

test("what is reported is written to Analytics Engine where it is bound, once, and what goes wrong there stops nothing", async () => {
  // The local runtime drops points: this dataset keeps them.
  const stub = STATS.getByName("stats:EU");
  const points: AnalyticsEngineDataPoint[] = [];
  const bind = (writeDataPoint: (point?: AnalyticsEngineDataPoint) => void): Promise<void> =>
    runInDurableObject(stub, (instance) => {
      Object.assign(instance, { env: { ...env, ANALYTICS: { writeDataPoint } } });
    });
  await bind((point) => {
    if (point !== undefined) points.push(point);
  });
  await stub.report(toReport(1, 5));
  await stub.report(toReport(1, 5));
  expect(points).toEqual([{ indexes: ["p"], blobs: ["EU", "units", "p"], doubles: [5] }]);
  await bind(() => {
    throw new Error("broken on purpose");
  });
  await stub.report(toReport(2, 7));
  expect(await readTotal(stub)).toBe(12);
});

test("minutes become hours, and are forgotten after a day; the sum of all stays", async () => {
  const stub = STATS.getByName("stats:hours");
  const startMs = Date.UTC(2026, 0, 1);
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    for (let hour = 0; hour < 30; hour += 1) {
      vi.setSystemTime(startMs + hour * HOUR_MS);
      await stub.report(toReport(2 * hour + 1, 1));
      vi.setSystemTime(startMs + hour * HOUR_MS + MINUTE_MS);
      await stub.report(toReport(2 * hour + 2, 1));
      expect(await readTotal(stub)).toBe(2 * hour + 2);
      if (hour === 15) await evictDurableObject(stub);
    }
    const { minute = 0, hour = 0 } = await readRows(stub);
    expect([minute <= 2 * 25, hour]).toEqual([true, 29]);
    expect(await sumOf(stub, "hour", 40 * HOUR_MS)).toBe(60);
    expect(await sumOf(stub, "minute", 2 * HOUR_MS)).toBeGreaterThanOrEqual(4);
    await evictDurableObject(stub);
    expect(await readTotal(stub)).toBe(60);
  } finally {
    vi.useRealTimers();
  }
});

test("a consumer's minute far above its own week is told to the alerts object, and none that is usual for its busiest minutes", async () => {
  const [stub, alerts] = [STATS.getByName("stats:unusual"), ALERTS.getByName(ALERTS_NAME)];
  const startMs = Date.UTC(2026, 10, 30, 9, 30);
  const rule = { when: ["unusual"], forMs: undefined, to: [] } as const;
  const counts = { requests: 0, denied: 0, credentials: 0, failed: 0, degraded: 0 };
  const report = (seq: number, units: number, isUseWatched: boolean): Promise<unknown> =>
    stub.report({ ...toReport(seq, 1), tops: { usage: [["calls\nacme", units]] }, isUseWatched });
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    for (let hour = 4 * 24; hour > 0; hour -= 1) {
      vi.setSystemTime(startMs - hour * HOUR_MS);
      await report(100 - hour, 600, false);
    }
    vi.setSystemTime(startMs);
    await report(101, 1_100, true);
    await alerts.report({ name: "edge", rules: [rule], counts, crossed: [], open: [], used: [] });
    vi.setSystemTime(startMs + MINUTE_MS);
    // A busy minute of each hour is usual, and its mean is not.
    await report(102, 5_000, true);
    expect((await alerts.show()).alerts).toEqual([]);
    await evictDurableObject(stub);
    vi.setSystemTime(startMs + 2 * MINUTE_MS);
    await report(103, 1, true);
    const shown = await vi.waitUntil(async () => {
      const { alerts: all } = await alerts.show();
      return all.length > 0 && all;
    });
    expect(shown).toMatchObject([
      {
        condition: "unusual",
        state: "pending",
        labels: { policy: "calls", consumer: "acme" },
        summary: "acme took 5000 of calls in a minute, usually 600 at this hour",
      },
    ]);
  } finally {
    vi.useRealTimers();
  }
});

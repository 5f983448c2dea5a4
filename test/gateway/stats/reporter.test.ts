// When an isolate reports, and what becomes of a report that is not answered. Time is the test's.

import { env } from "cloudflare:workers";
import { beforeEach, afterEach, expect, test, vi } from "vitest";
import { STATS_VERSION, type StatsReport } from "../../../src/core/stats/stats-messages.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { createGateway } from "../../../src/gateway/gateway.ts";
import { Pending } from "../../../src/gateway/stats/pending.ts";
import { Recorder } from "../../../src/gateway/stats/recorder.ts";
import { Reporter } from "../../../src/gateway/stats/reporter.ts";
import { RequestTrace } from "../../../src/gateway/request/request-trace.ts";
import type { Bindings } from "../../../src/platform/bindings.ts";

/** Each test has a day of its own: the isolate's clock never runs backwards. */
let startMs = Date.UTC(2030, 0, 1);
const request = new Request("https://gateway.example/");

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  startMs += 86_400_000;
  vi.setSystemTime(startMs);
});
afterEach(() => {
  vi.useRealTimers();
});

/** An isolate whose waits end when the test says that it is time. */
class Isolate {
  readonly pending = new Pending();
  readonly calls: { readonly atMs: number; readonly object: string; readonly report: StatsReport }[] = [];
  answers: "yes" | "no" | "watched" = "yes";
  #sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  readonly #reporter: Reporter;

  constructor() {
    const namespace = {
      getByName: (object: string) => ({
        report: async (report: StatsReport): Promise<unknown> => {
          this.calls.push({ atMs: Date.now() - startMs, object, report });
          if (this.answers === "no") throw new Error("failed on purpose");
          const isWatched = this.answers === "watched";
          return Promise.resolve({ nextMs: isWatched ? 1_000 : 10_000, isWatched });
        },
      }),
    };
    const wait = (ms: number): Promise<void> =>
      new Promise((wake) => this.#sleepers.push({ atMs: Date.now() + ms, wake }));
    this.#reporter = new Reporter(namespace as unknown as Bindings["STATS"], this.pending, wait);
  }

  /** One request is answered. `isEnded`: with it everything that it let wait. */
  answer(isEnded = false): void {
    this.pending.counts.count("units", "p");
    const before = this.#sleepers.length;
    this.#reporter.plan(Date.now(), { request, waitUntil: () => undefined });
    if (isEnded) this.#sleepers.length = before;
  }

  async pass(ms: number): Promise<void> {
    const untilMs = Date.now() + ms;
    for (;;) {
      const next = this.#sleepers.filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#sleepers = this.#sleepers.filter((sleeper) => sleeper !== next);
      vi.setSystemTime(next.atMs);
      next.wake();
      for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    }
    vi.setSystemTime(untilMs);
  }

  get counted(): number {
    const seen = new Map(this.calls.map(({ report }) => [report.seq, report]));
    return [...seen.values()].flatMap(({ counts }) => counts).reduce((sum, [, count]) => sum + count, 0);
  }
}

test("an isolate makes at most one call in ten seconds, however many requests it answers, and none while idle", async () => {
  const isolate = new Isolate();
  for (let time = 0; time < 600; time += 1) {
    isolate.answer();
    await isolate.pass(100);
  }
  const times = isolate.calls.map(({ atMs }) => atMs);
  expect(times[0]).toBeLessThanOrEqual(1_000);
  for (const [at, time] of times.entries())
    if (at > 0) expect(time - (times[at - 1] ?? 0)).toBeGreaterThanOrEqual(10_000);
  expect(times.length).toBe(6);
  await isolate.pass(3_600_000);
  expect(isolate.calls.length).toBe(7);
  expect(isolate.counted).toBe(600);
});

test("a report that is not answered is sent again as it was, and what came since follows it", async () => {
  const isolate = new Isolate();
  isolate.answers = "no";
  isolate.answer();
  await isolate.pass(20_000);
  isolate.answer();
  isolate.answer();
  await isolate.pass(20_000);
  isolate.answers = "yes";
  isolate.answer();
  await isolate.pass(20_000);
  expect(isolate.calls.map(({ report }) => [report.seq, report.counts[0]?.[1]])).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
    [2, 3],
  ]);
  expect(new Set(isolate.calls.slice(0, 3).map(({ report }) => report)).size).toBe(1);
});

test("when the request that was to report is ended before, one of the next reports in its place", async () => {
  const isolate = new Isolate();
  isolate.answer(true);
  await isolate.pass(5_000);
  expect(isolate.calls.length).toBe(0);
  isolate.answer();
  await isolate.pass(2_000);
  expect(isolate.counted).toBe(2);
});

test("while somebody watches an isolate reports each second", async () => {
  const isolate = new Isolate();
  isolate.answers = "watched";
  for (let time = 0; time < 100; time += 1) {
    isolate.answer();
    await isolate.pass(100);
  }
  expect(isolate.calls.length).toBeGreaterThanOrEqual(8);
  expect(isolate.calls.length).toBeLessThanOrEqual(10);
});

test.each([
  [{}, true],
  [{ stats: false }, false],
])("a gateway of %j counts what it does: %s", (given, isCounted) => {
  const config = parseConfig({ origin: "zone", policies: {}, routes: [{ path: "/*" }], ...given });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const gateway = createGateway(config.value, env);
  expect(gateway.stats !== undefined).toBe(isCounted);
});

test("an answer that cannot be counted stands all the same", () => {
  const recorder = new Recorder({} as unknown as Bindings["STATS"]);
  const waitUntil = (): never => {
    throw new Error("broken on purpose");
  };
  const trace = new RequestTrace(Date.now());
  expect(() => {
    recorder.answered(trace, { status: 200, request, waitUntil });
  }).not.toThrow();
});

test("ten thousand invented keys and refusals make a report that is bounded", () => {
  const sent: StatsReport[] = [];
  const namespace = { getByName: () => ({ report: (report: StatsReport) => sent.push(report) }) };
  const recorder = new Recorder(namespace as unknown as Bindings["STATS"]);
  const pending = new Pending();
  for (let at = 0; at < 10_000; at += 1) {
    const trace = new RequestTrace(Date.now());
    const rows = [{ policy: { name: "p" }, key: `invented-${at}` }];
    trace.refuse("quota-exceeded", { violated: ["p"], rows });
    recorder.answered(trace, { status: 429, request, waitUntil: () => undefined });
    pending.cross({ policy: "p", tier: "", key: `${at}`, consumer: "", share: 80, atMs: 0 });
    pending.tops.denials.add(`p\n\ninvented-${at}`, 1);
  }
  const report = pending.take("a", 1, { pools: [], usage: [] });
  expect(report.version).toBe(STATS_VERSION);
  const { denials = [] } = report.tops;
  expect([denials.length <= 51, report.crossings.length, report.dropped]).toEqual([true, 5_000, 5_000]);
  expect(denials.reduce((sum, [, count]) => sum + count, 0)).toBe(10_000);
});

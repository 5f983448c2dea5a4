// What the gateway says it did, against what was asked of it: ten thousand requests by four isolates of one deployment.

import { afterAll, describe, expect, test } from "vitest";
import { type StatsAnswer, toStatsSchema } from "../../../src/core/stats/stats-answer.ts";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN } from "../support/admin.ts";
import { sendMany } from "../support/client.ts";
import { toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { askStats, readStats, sumOf, toShort } from "../support/stats.ts";
import { startManyIsolates } from "../support/two-isolates.ts";
import { until } from "../support/until.ts";

const ISOLATES = 4;
const HOSTS = ["a.example", ...Array.from({ length: ISOLATES - 1 }, (_, at) => `isolate-${at + 2}.example`)];
/** Reports go out every ten seconds, and may take two to arrive. */
const REPORTED_MS = 12_000;

const origin = await startOrigin();
afterAll(origin.close);
origin.serve("*", { body: "hello", fields: [["Cache-Control", "max-age=600"]] });
/** Each decision is its counter object's, however busy the machine: one without it would allow more. */
const hour = {
  algorithm: "fixed-window",
  align: "first-request",
  window: "1h",
  consistency: "exact",
  timeoutMs: 10_000,
};
const config = {
  origin: origin.url,
  policies: {
    each: { ...hour, limit: 5, key: "path" },
    all: { algorithm: "token-bucket", limit: 1_000_000, burst: 100_000, window: "1h", key: "everyone" },
    dry: { ...hour, limit: 1, key: "host", mode: "shadow" },
  },
  routes: [
    { path: "/each/*", policies: ["each"] },
    { path: "/cached/*", policies: ["all"], cache: {} },
    { path: "/dry/*", policies: ["dry"] },
    { path: "/locked/*", auth: "required" },
  ],
};
const isolates = await startManyIsolates(ISOLATES, toConfigSource(config), { ADMIN_TOKEN, ADMIN_READ_TOKEN });
afterAll(isolates.close);

/** How often, by route and class of status. */
function toCodes({ requests }: StatsAnswer): Readonly<Record<string, number>> {
  const codes: Record<string, number> = {};
  for (const row of requests) {
    const name = `${toShort(row.route)} ${row.code}`;
    codes[name] = (codes[name] ?? 0) + sumOf([row]);
  }
  return codes;
}

const toClass = (status: number): string => (status === 429 ? "429" : `${Math.floor(status / 100)}xx`);

/** Ten thousand requests, a quarter of them by each isolate; what was answered, by route and class of status. */
async function sendMixed(): Promise<Readonly<Record<string, number>>> {
  const codes: Record<string, number> = {};
  const sendTo = async (host: string, route: string, paths: readonly string[]): Promise<void> => {
    for (const [status, count] of Object.entries(await sendMany(isolates, paths, host))) {
      const name = `${route} ${toClass(Number(status))}`;
      codes[name] = (codes[name] ?? 0) + count;
    }
  };
  const times = (count: number, toPath: (at: number) => string): string[] =>
    Array.from({ length: count }, (_, at) => toPath(at));
  const sends = HOSTS.flatMap((host) => [
    sendTo(
      host,
      "each",
      times(500, (at) => `/each/${host}-${at}`),
    ),
    sendTo(
      host,
      "each",
      times(500, () => "/each/hot"),
    ),
    sendTo(
      host,
      "cached",
      times(600, (at) => `/cached/${at % 7}`),
    ),
    sendTo(
      host,
      "dry",
      times(300, () => "/dry/1"),
    ),
    sendTo(
      host,
      "locked",
      times(300, (at) => `/locked/${at}`),
    ),
    sendTo(
      host,
      "none",
      times(300, (at) => `/invented/${host}/${at}`),
    ),
  ]);
  await Promise.all(sends);
  return codes;
}

describe("ten thousand mixed requests by four isolates", async () => {
  const sent = await sendMixed();
  const doneMs = Date.now();
  const answer = await until(
    "every request to be counted",
    async () => {
      const stats = await readStats(isolates);
      return sumOf(stats.requests) >= 10_000 && stats;
    },
    REPORTED_MS,
  );
  const reportedMs = Date.now() - doneMs;

  test("are all in the sums within 12 s, by route and status", () => {
    expect(toCodes(answer)).toEqual(sent);
    expect(sumOf(answer.requests)).toBe(10_000);
    expect(reportedMs).toBeLessThan(REPORTED_MS);
    expect(answer.isolates).toBe(ISOLATES);
    expect(answer.lost).toEqual({ series: 0, reports: 0 });
  });

  test("say what became of them", () => {
    const outcomes = (route: string): Readonly<Record<string, number>> => {
      const rows = answer.requests.filter((row) => toShort(row.route) === route);
      const grouped = [...Map.groupBy(rows, ({ outcome }) => outcome)];
      return Object.fromEntries(grouped.map(([outcome, all]) => [outcome, sumOf(all)]));
    };
    const denied = sent["each 429"] ?? 0;
    expect(outcomes("each")).toEqual({ answered: 4_000 - denied, denied });
    expect(outcomes("none")).toEqual({ rejected: 1_200 });
    expect(outcomes("locked")).toEqual({ rejected: 1_200 });
    expect(outcomes("dry")).toEqual({ answered: 1_200 });
    const { answered = 0, cached = 0 } = outcomes("cached");
    expect([answered + cached, answered >= 7, cached > 2_000]).toEqual([2_400, true, true]);
  });

  test("have the decisions of every policy, each once", () => {
    const decided = (policy: string, ...outcomes: readonly string[]): number =>
      sumOf(answer.decisions.filter((row) => row.policy === policy && outcomes.includes(row.outcome)));
    const denied = sent["each 429"] ?? 0;
    expect(decided("each", "denied", "denied_from_memory")).toBe(denied);
    expect(decided("each", "denied_from_memory")).toBeGreaterThan(0);
    expect(decided("each", "allowed", "near")).toBe(4_000 - denied);
    expect(decided("dry", "allowed", "near")).toBe(ISOLATES);
    expect(decided("dry", "shadow_denied")).toBe(1_200 - ISOLATES);
    // Of a bucket what counts is its burst: there is plenty.
    expect([decided("all", "allowed"), decided("all", "near")]).toEqual([2_400, 0]);
    expect(decided("all", "leased")).toBeGreaterThan(0);
    const units = Object.fromEntries(answer.units.map((row) => [row.policy, sumOf([row])]));
    expect(units).toEqual({ each: 4_000 - denied, all: 2_400, dry: ISOLATES });
  });

  test("have no series that a path or a key made", () => {
    const routes = new Set(
      [...answer.requests, ...answer.durations, ...answer.refusals].map(({ route }) => toShort(route)),
    );
    expect([...routes].sort()).toEqual(["*", "cached", "dry", "each", "locked", "none"]);
    expect(answer.requests.length + answer.decisions.length + answer.refusals.length).toBeLessThan(30);
  });

  test("have the cache's and the origin's part", () => {
    const results = Object.fromEntries(answer.cache.map((row) => [row.result, sumOf([row])]));
    expect(Object.values(results).reduce((sum, count) => sum + count, 0)).toBe(2_400);
    expect(sumOf(answer.origins)).toBe(origin.requests().length);
    expect(answer.origins.map(({ pool, origin: url, result }) => [pool, url, result])).toEqual([
      ["", origin.url, "2xx"],
    ]);
  });

  test("have how long they took, for all and by route", () => {
    const all = answer.durations.find(({ route, part }) => route === "*" && part === "total");
    expect(all?.whole.count).toBe(10_000);
    const waited = answer.durations.find(({ route, part }) => toShort(route) === "each" && part === "origin");
    expect(waited?.whole.count).toBe(4_000 - (sent["each 429"] ?? 0));
    expect(waited?.whole.p99 ?? 0).toBeGreaterThanOrEqual(waited?.whole.p50 ?? 1);
  });

  test("have why they were refused, whom a policy denied, and from where", () => {
    const codes = Object.fromEntries(
      answer.refusals.map((row) => [`${toShort(row.route)} ${row.code}`, sumOf([row])]),
    );
    const denied = sent["each 429"] ?? 0;
    expect(codes).toEqual({
      "each quota-exceeded": denied,
      "locked credential-missing": 1_200,
      "none no-route": 1_200,
    });
    expect(answer.denials.map(({ policy, count, consumer }) => [policy, count, consumer])).toEqual([
      ["each", denied, ""],
    ]);
    expect(answer.denials[0]?.key).toMatch(/^[0-9a-f]{16}$/);
    // Locally every request is from one country.
    expect(answer.countries.map((row) => sumOf([row]))).toEqual([denied + 2_400]);
  });

  test("are in the same figures by hours, and by larger points", async () => {
    const hours = await askStats(isolates, "/stats?step=hour&minutes=120", toStatsSchema());
    expect(toCodes(hours)).toEqual(sent);
    const larger = await askStats(isolates, "/stats?minutes=60&by=30", toStatsSchema());
    expect(toCodes(larger)).toEqual(sent);
    expect(larger.times.length).toBeLessThanOrEqual(3);
  });
});

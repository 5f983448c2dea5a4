// Metrics against what was asked of the gateway, as Prometheus and OpenTelemetry get them.

import { afterAll, expect, test } from "vitest";
import { VERSION } from "../../../src/platform/version.ts";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { sendMany } from "../support/client.ts";
import {
  checkMetrics,
  type OtlpMetric,
  readSamples,
  startOtlpReceiver,
  sumOfSamples,
} from "../support/metrics.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const receiver = await startOtlpReceiver();
afterAll(receiver.close);
const OTLP_TOKEN = "Bearer a-token-of-the-receiver";
/** Each decision is its counter object's, however busy the machine. */
const hour = { algorithm: "fixed-window", align: "first-request", window: "1h", timeoutMs: 10_000 };
const { gateway, origin } = await startStand(
  {
    stats: { otlp: { url: receiver.url, fields: { Authorization: "OTLP_TOKEN" }, every: "10s" } },
    policies: {
      few: { ...hour, limit: 10, key: "path", consistency: "exact" },
      many: { ...hour, limit: 1_000_000, key: "everyone" },
    },
    routes: [
      { path: "/few/*", policies: ["few"] },
      { path: "/many/*", policies: ["many"], cache: {} },
      { path: "/locked", auth: "required" },
    ],
  },
  { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN, OTLP_TOKEN } },
);
origin.serve("*", { body: "hello", fields: [["Cache-Control", "max-age=600"]] });

async function scrape(accept?: string): Promise<string> {
  const fields = accept === undefined ? [] : [["Accept", accept] as const];
  const reply = await askAdmin(gateway, "GET", "/metrics", { token: ADMIN_READ_TOKEN, fields });
  expect([reply.status, reply.field("Cache-Control")]).toEqual([200, "no-store"]);
  return reply.text();
}

/** The paths of so many requests, a third of each kind. */
const toPaths = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => ["/few/1", `/many/${at}`, "/locked"][at % 3] ?? "");

const REQUESTS = "headgate_requests_total{";

test("a scrape has what was asked, promtool finds nothing wrong with it, and invented paths make no series", async () => {
  await askAdmin(gateway, "POST", "/bans", { body: { value: "192.0.2.200", reason: "counted" } });
  await sendMany(gateway, toPaths(600));
  const scraped = await until(
    "the requests in a scrape",
    async () => {
      const text = await scrape();
      return sumOfSamples(readSamples(text), REQUESTS) >= 600 && text;
    },
    15_000,
  );
  expect(await checkMetrics(scraped)).toBe("");
  const samples = readSamples(scraped);
  // The runtime says where its clients are.
  const [, place = ""] = /headgate_units_total\{.*place="(\w+)"/.exec(scraped) ?? [];
  expect(sumOfSamples(samples, REQUESTS)).toBe(600);
  expect(samples.get(`${REQUESTS}route="/few/*",outcome="denied",code="429",place="${place}"}`)).toBe(190);
  expect(samples.get(`headgate_auth_failures_total{reason="credential-missing",place="${place}"}`)).toBe(200);
  expect(samples.get(`headgate_units_total{policy="many",place="${place}"}`)).toBe(200);
  expect(samples.get('headgate_limit{policy="few",tier=""}')).toBe(10);
  expect(samples.get('headgate_window_seconds{policy="few"}')).toBe(3_600);
  expect(samples.get(`headgate_stats_isolates{place="${place}"}`)).toBe(1);
  expect(samples.get(`headgate_duration_seconds_count{route="/few/*",part="total",place="${place}"}`)).toBe(
    200,
  );
  const member = `pool="",member="${origin.url}"`;
  const attempts = sumOfSamples(samples, `headgate_origin_total{${member}`);
  expect(attempts).toBeGreaterThan(0);
  expect(samples.get(`headgate_origin_duration_seconds_count{${member},place="${place}"}`)).toBe(attempts);
  expect(samples.get(`headgate_build_info{version="${VERSION}"}`)).toBe(1);
  expect(samples.get("headgate_bans_active")).toBe(1);
  expect(sumOfSamples(samples, "headgate_stats_place_up{")).toBe(8);
  expect(samples.size).toBeLessThan(320);
});

test("OpenMetrics is written for whoever takes it", async () => {
  const text = await scrape("application/openmetrics-text; version=1.0.0");
  expect(text.endsWith("# EOF\n")).toBe(true);
});

test("no counter falls while requests come and metrics are scraped", async () => {
  let before = readSamples(await scrape());
  const sending = sendMany(gateway, toPaths(600));
  for (let time = 0; time < 8; time += 1) {
    const after = readSamples(await scrape());
    for (const [name, value] of before)
      if (/_total|_count|_bucket/.test(name))
        expect([name, (after.get(name) ?? 0) >= value]).toEqual([name, true]);
    before = after;
  }
  await sending;
});

test("a receiver of OpenTelemetry gets the same sums, with its credential", async () => {
  const all = await until(
    "all requests in a scrape",
    async () => {
      const samples = readSamples(await scrape());
      return sumOfSamples(samples, REQUESTS) >= 1_200 && samples;
    },
    15_000,
  );
  const toSum = ({ sum }: OtlpMetric): number =>
    sum?.dataPoints.reduce((total, { asDouble }) => total + asDouble, 0) ?? 0;
  const pushed = await until(
    "a push with all requests",
    () => {
      const newest = receiver.newest();
      const requests = newest?.metrics.find(({ name }) => name === "headgate.requests");
      return requests !== undefined && toSum(requests) >= 1_200 && newest;
    },
    25_000,
  );
  expect(pushed.credential).toBe(OTLP_TOKEN);
  for (const metric of pushed.metrics.filter(({ sum }) => sum !== undefined)) {
    const scraped = sumOfSamples(all, `headgate_${metric.name.slice("headgate.".length)}_total{`);
    expect([metric.name, toSum(metric)]).toEqual([metric.name, scraped]);
  }
});

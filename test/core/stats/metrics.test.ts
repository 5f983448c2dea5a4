import { describe, expect, test } from "vitest";
import { recordMs } from "../../../src/core/stats/histogram.ts";
import { toOtlpMetrics } from "../../../src/core/stats/metrics-otlp.ts";
import { chooseFormat } from "../../../src/core/stats/metrics-text.ts";
import { toMetrics } from "../../../src/core/stats/metrics.ts";
import { Series, toSeriesName } from "../../../src/core/stats/series.ts";

function toSample(): ReturnType<typeof toMetrics> {
  const totals = new Series();
  totals.count(toSeriesName("requests", '/odd"\\*', "denied", "429"), 7);
  totals.count(toSeriesName("refusals", "/a", "credential-invalid"), 2);
  totals.count(toSeriesName("refusals", "/b", "credential-invalid"), 3);
  const histogram = totals.histogram(toSeriesName("durations", "/a", "counter"));
  for (const ms of [4, 5, 9, 200_000]) recordMs(histogram, ms);
  recordMs(totals.histogram(toSeriesName("originTimes", "api", "https://a.example")), 7);
  const other = new Series();
  other.count(toSeriesName("requests", "/a", "answered", "2xx"), 11);
  const state = { lagMs: 1_500, isolates: 2, now: { pools: [], usage: [] } };
  return toMetrics({
    places: [
      { place: "EU", totals, state },
      { place: "AS", totals: other, state: { ...state, lagMs: 0 } },
    ],
    unanswered: ["NA"],
    version: "1.2.3",
    limits: [{ policy: "p", tier: "", limit: 60, windowMs: 60_000 }],
    bans: 3,
  });
}

describe("metrics as text", () => {
  const text = chooseFormat(null).write(toSample());

  test("are Prometheus' for whoever does not ask for OpenMetrics", () => {
    expect(chooseFormat("text/html").contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(text).toContain("# TYPE headgate_requests_total counter\n");
    expect(text).toContain(
      'headgate_requests_total{route="/odd\\"\\\\*",outcome="denied",code="429",place="EU"} 7\n',
    );
    expect(text).toContain(
      'headgate_requests_total{route="/a",outcome="answered",code="2xx",place="AS"} 11\n',
    );
    expect(text).toContain('headgate_auth_failures_total{reason="credential-invalid",place="EU"} 5\n');
    expect(text).toContain('headgate_limit{policy="p",tier=""} 60\nheadgate_'.split("\n")[0] ?? "");
    expect(text).toContain('headgate_stats_lag_seconds{place="EU"} 1.5\n');
    expect(text).toContain('headgate_build_info{version="1.2.3"} 1\n');
    expect(text).toContain("headgate_bans_active 3\n");
    expect(text.match(/# TYPE headgate_requests_total/g)).toHaveLength(1);
  });

  test("say of which places they are, and of which they are not", () => {
    const ups = [...text.matchAll(/^headgate_stats_place_up\{place="(\w+)"\} (\d)$/gm)];
    expect(ups.map(([, place, up]) => `${place} ${up}`)).toEqual(["EU 1", "AS 1", "NA 0"]);
  });

  test("have a histogram for each member of a pool, apart from those of routes", () => {
    expect(text).toContain(
      'headgate_origin_duration_seconds_count{pool="api",member="https://a.example",place="EU"} 1\n',
    );
    expect(text).not.toContain('headgate_duration_seconds_count{route="api"');
    expect(text).not.toContain("headgate_cache");
  });

  test("have histograms whose buckets add up", () => {
    const buckets = [...text.matchAll(/_bucket\{[^}]*part="wait_counter",place="EU",le="([^"]+)"\} (\d+)/g)];
    expect(buckets.map(([, le, count]) => `${le} ${count}`)).toEqual([
      "0.005 1",
      "0.01 3",
      ...["0.02", "0.04", "0.08", "0.16", "0.32", "0.64", "1.28", "2.56"].map((le) => `${le} 3`),
      ...["5.12", "10.24", "20.48", "40.96", "81.92"].map((le) => `${le} 3`),
      "+Inf 4",
    ]);
    expect(text).toContain(
      'headgate_duration_seconds_sum{route="/a",part="wait_counter",place="EU"} 200.018\n',
    );
    expect(text).toContain('headgate_duration_seconds_count{route="/a",part="wait_counter",place="EU"} 4\n');
  });

  test("are OpenMetrics for whoever takes it: a family's name is without _total, and the end is said", () => {
    const open = chooseFormat("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
    expect(open.contentType).toBe("application/openmetrics-text; version=1.0.0; charset=utf-8");
    const written = open.write(toSample());
    expect(written).toContain("# TYPE headgate_requests counter\nheadgate_requests_total{");
    expect(written.endsWith("\n# EOF\n")).toBe(true);
  });
});

test("toOtlpMetrics() says the same in OpenTelemetry's words: cumulative, with counts between the edges", () => {
  const given = { name: "headgate", object: "stats:EU", startMs: 1_000, nowMs: 2_000 };
  const body = JSON.stringify(toOtlpMetrics(toSample(), given));
  expect(body).toContain('"startTimeUnixNano":"1000000000","timeUnixNano":"2000000000"');
  expect(body).toContain('{"key":"service.instance.id","value":{"stringValue":"stats:EU"}}');
  expect(body).toContain('"name":"headgate.auth_failures"');
  expect(body).toContain('"aggregationTemporality":2,"isMonotonic":true');
  expect(body).toContain(
    '"count":"4","sum":200.018,"explicitBounds":[0.005,0.01,0.02,0.04,0.08,0.16,0.32,0.64,1.28,2.56,5.12,10.24,20.48,40.96,81.92],"bucketCounts":["1","2","0","0","0","0","0","0","0","0","0","0","0","0","0","1"]',
  );
});

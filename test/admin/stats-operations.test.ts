// A scrape while a continent's stats object does not answer: what the others have counted stands, and no sum falls.

import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createAdminApi } from "../../src/admin/admin-api.ts";
import type { AdminControls } from "../../src/admin/operation.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import { toSeriesName } from "../../src/core/stats/series.ts";
import { STATS_VERSION, type StatsReport } from "../../src/core/stats/stats-messages.ts";
import type { Bindings } from "../../src/platform/bindings.ts";

const PREFIX = "/__headgate/v1";
const TOKEN = "metrics-test-token";
const { STATS, THROWING } = env as unknown as Bindings & { readonly THROWING: DurableObjectNamespace };

const config = parseConfig({ origin: "zone", policies: {}, routes: [{ path: "/*" }] });
if (!config.ok) throw new Error(JSON.stringify(config.error));

/** Places whose object is another one, which answers nothing. */
const silent = new Set<string>();
const controls = {
  prefix: PREFIX,
  bindings: {
    ...env,
    STATS: { getByName: (name: string) => (silent.has(name) ? THROWING : STATS).getByName(name) },
  },
  deployed: {},
  config: () => config.value,
  countBans: () => 2,
} as unknown as AdminControls;
const api = createAdminApi(controls, { ADMIN_TOKEN: TOKEN });

async function scrape(): Promise<{ readonly status: number; readonly lines: readonly string[] }> {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  const response = await api(new Request(`https://gateway.example${PREFIX}/metrics`, { headers }));
  const lines = (await response?.text())?.split("\n") ?? [];
  return { status: response?.status ?? 0, lines };
}

const toReport = (units: number): StatsReport => ({
  version: STATS_VERSION,
  isolate: "a",
  seq: 1,
  counts: [[toSeriesName("units", "p"), units]],
  histograms: [],
  tops: { denials: [], countries: [], asns: [], usage: [] },
  crossings: [],
  tail: [],
  now: { pools: [], usage: [] },
  dropped: 0,
});

const ofUnits = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith("headgate_units_total"));

test("a silent place has no series and is named; those of the others are what they were; with none it is a 503", async () => {
  await STATS.getByName("stats:EU").report(toReport(5));
  await STATS.getByName("stats:AS").report(toReport(7));
  const AS = 'headgate_units_total{policy="p",place="AS"} 7';
  const whole = await scrape();
  expect(whole.status).toBe(200);
  expect(ofUnits(whole.lines)).toEqual([AS, 'headgate_units_total{policy="p",place="EU"} 5']);
  expect(whole.lines).toContain('headgate_stats_place_up{place="EU"} 1');
  expect(whole.lines).toContain("headgate_bans_active 2");
  silent.add("stats:EU");
  const part = await scrape();
  expect([part.status, ofUnits(part.lines)]).toEqual([200, [AS]]);
  expect(part.lines).toContain('headgate_stats_place_up{place="EU"} 0');
  expect(
    part.lines.some((line) => line.startsWith("headgate_stats_lag_seconds") && line.includes("EU")),
  ).toBe(false);
  for (const place of ["AF", "AN", "AS", "NA", "OC", "SA", "unknown"]) silent.add(`stats:${place}`);
  expect((await scrape()).status).toBe(503);
});

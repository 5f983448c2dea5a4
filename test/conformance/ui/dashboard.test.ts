// The dashboard in a real browser, in front of a real gateway with real traffic: what it shows is what the gateway says.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StatsAnswer } from "../../../src/core/stats/stats-answer.ts";
import { toTotals } from "../../../ui/figures.ts";
import { toCount, toDuration } from "../../../ui/format.ts";
import { RANGES } from "../../../ui/ranges.ts";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { startBrowser } from "../support/browser.ts";
import { send } from "../support/client.ts";
import {
  type Dashboard,
  findViolations,
  look,
  LOOKS,
  openDashboard,
  readPaintedMs,
  readWidth,
} from "../support/dashboard.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const config = {
  policies: {
    few: { algorithm: "sliding-window", limit: 5, window: "1h", key: ["ip", "path"] },
    trial: { algorithm: "sliding-window", limit: 2, window: "1h", key: "ip", mode: "shadow" },
  },
  counters: { shards: 2 },
  reputation: { traps: ["/.env"] },
  routes: [
    { path: "/few/*", policies: ["few"] },
    { path: "/trial", policies: ["trial"] },
    { path: "/stored", cache: { ttl: "1h" } },
    { path: "/*" },
  ],
};
const { origin, gateway } = await startStand(config, {
  vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN },
  hasPage: true,
});
origin.serve("/stored", { body: "stored" });
origin.serve("/broken", { raw: "", ending: "reset" });

const browser = await startBrowser();
afterAll(browser.close);

const readStats = async (query = "minutes=15"): Promise<StatsAnswer> => {
  const reply = await askAdmin(gateway, "GET", `/stats?watch=1&${query}`);
  return reply.json() as unknown as StatsAnswer;
};
const ask = async (path: string, times: number, ip = "192.0.2.1"): Promise<number[]> => {
  const statuses: number[] = [];
  for (let turn = 0; turn < times; turn += 1) statuses.push((await send(gateway, path, { ip })).status);
  return statuses;
};

let dashboard: Dashboard;
beforeAll(async () => {
  await ask("/few/a", 8);
  await ask("/trial", 4);
  await ask("/stored", 3);
  await ask("/plain", 5);
  await ask("/broken", 2);
  dashboard = await openDashboard(browser, gateway);
  await dashboard.page.locator('[data-policy="few"]').waitFor({ timeout: 15_000 });
});

describe("the dashboard's figures", () => {
  it("are there within a second of the page, and are the API's", async () => {
    expect(await readPaintedMs(dashboard.page)).toBeLessThan(1_000);
    const totals = await until(
      "all that was asked",
      async () => {
        const known = toTotals(await readStats());
        return known.requests === 22 && known;
      },
      15_000,
    );
    expect(totals).toMatchObject({ denied: 3, failed: 2, cacheHits: 2, cacheAsked: 3 });
    for (const [name, count] of [
      ["Requests", totals.requests],
      ["Denied", totals.denied],
      ["Failed", totals.failed],
      ["Degraded", totals.degraded],
    ] as const)
      await until(name, async () => (await dashboard.figure(name)) === toCount(count));
    expect(await dashboard.figure("Cache hits")).toBe("67 %");
  });

  it("have a burst of 429s within 3 seconds of the first, and the tail has them too", async () => {
    const { page, figure } = dashboard;
    // From its first report on, while somebody watches, an isolate reports each second.
    const known = Number(await figure("Requests"));
    await ask("/plain", 1);
    await until("a report", async () => Number(await figure("Requests")) === known + 1, 15_000);
    const before = Number(await figure("Denied"));
    await ask("/few/burst", 5, "192.0.2.50");
    const [first] = await ask("/few/burst", 1, "192.0.2.50");
    const beganMs = Date.now();
    expect(first).toBe(429);
    await ask("/few/burst", 9, "192.0.2.50");
    await until("its first", async () => Number(await figure("Denied")) > before, 10_000);
    expect(Date.now() - beganMs).toBeLessThan(3_000);
    await until("all of it", async () => Number(await figure("Denied")) === before + 10, 10_000);
    await page.getByRole("searchbox").fill("quota-exceeded");
    const tail = page.getByRole("table", { name: /refused or failed/ });
    await until("its lines", async () => (await tail.getByText("429 denied").count()) >= 10);
    await page.getByRole("searchbox").fill("no such word");
    await page.getByText("None of them has this word.").waitFor();
  });

  it("stand in a table beside each chart, and arrow keys go through their points", async () => {
    const { page } = dashboard;
    const { times } = await readStats();
    const charts = page.locator("figure.chart");
    const count = await charts.count();
    expect(count).toBeGreaterThanOrEqual(3);
    for (let at = 0; at < count; at += 1) {
      const chart = charts.nth(at);
      await chart.locator("summary").press("Enter");
      await until("its table", async () => (await chart.getByRole("row").count()) === times.length + 1);
      await chart.locator("summary").press("Enter");
      const slider = chart.getByRole("slider");
      await slider.focus();
      const last = await slider.getAttribute("aria-valuetext");
      await page.keyboard.press("ArrowLeft");
      await until("another point", async () => (await slider.getAttribute("aria-valuetext")) !== last);
      expect(await slider.getAttribute("aria-valuenow")).toBe(String(times.length - 2));
    }
  });

  it("have a chart of every policy that says what was decided, shadow denials too", async () => {
    const { page } = dashboard;
    const stats = await readStats();
    const trial = page.locator('[data-policy="trial"]');
    const counts = stats.decisions.filter(
      ({ policy, outcome }) => policy === "trial" && outcome === "shadow_denied",
    );
    expect(counts.flatMap((row) => row.counts).reduce((sum, one) => sum + one, 0)).toBe(2);
    expect(await trial.locator(".legend").innerText()).toMatch(/denied in shadow 2/);
  });

  it("say of each member of a pool how long it takes", async () => {
    const { page } = dashboard;
    const row = page.getByRole("table", { name: "Origins and their state" }).locator("tbody tr").first();
    const shown = await until("what the API says", async () => {
      const [time] = (await readStats()).originTimes;
      const cells = await row.locator("td").allInnerTexts();
      const said = [toDuration(time?.whole.p50), toDuration(time?.whole.p99)];
      return cells.slice(-2).join() === said.join() && said;
    });
    for (const duration of shown) expect(duration).toMatch(/^\d.* m?s$/);
  });

  it("have a mark in every chart where an operator changed something, and a line that says what", async () => {
    const { page } = dashboard;
    expect(await page.locator(".mark").count()).toBe(0);
    const body = { policy: "trial", limit: 3, reason: "a mark" };
    await askAdmin(gateway, "POST", "/overrides", { body });
    await page
      .getByRole("table", { name: /Changes/ })
      .getByText("overrides.create")
      .waitFor({ timeout: 15_000 });
    expect(await page.locator(".mark").count()).toBe(await page.locator("figure.chart").count());
  });

  it.each(RANGES.slice(1))("are of $label where that is chosen", async ({ label, toQuery }) => {
    const { page, figure } = dashboard;
    const before = Number(await figure("Requests"));
    // The page shows the figures of before until those of the other length come: they have another number of points.
    const isShown = async (query: string): Promise<boolean> => {
      const { times } = await readStats(query);
      const slider = page.locator("figure.chart").getByRole("slider").first();
      if ((await slider.count()) === 0) return false;
      return (await slider.getAttribute("aria-valuemax")) === String(times.length - 1);
    };
    await page.getByText(label, { exact: true }).click();
    await until("its figures", async () => isShown(toQuery(Date.now())), 15_000);
    expect(Number(await figure("Requests"))).toBeGreaterThanOrEqual(before);
    const [first] = RANGES;
    await page.getByText(first.label, { exact: true }).click();
    await until("the figures of before", async () => isShown(first.toQuery()), 15_000);
    expect(Number(await figure("Requests"))).toBeGreaterThanOrEqual(before);
  });

  it("name who is suspect and what for, when they are asked", async () => {
    const { page } = dashboard;
    await ask("/.env", 2, "192.0.2.77");
    const row = page
      .getByRole("table", { name: "Suspect and banned clients" })
      .getByRole("row", { name: /192\.0\.2\.77/ });
    await until("a suspect", async () => {
      await page.getByRole("button", { name: /^Look (?:for suspects|again)$/ }).click();
      return (await row.count()) === 1;
    });
    expect(await row.innerText()).toMatch(/suspect\s+traps (?:40|39)/);
  });

  it("come from the gateway alone, and nothing went wrong in the browser", () => {
    const hosts = new Set(dashboard.asked.map((url) => new URL(url).host));
    expect([...hosts]).toEqual([new URL(gateway.url).host]);
    expect(dashboard.asked.length).toBeGreaterThan(5);
    expect(dashboard.errors).toEqual([]);
  });
});

describe.each(LOOKS)("axe, $colorScheme at $width px,", (one) => {
  it("finds nothing, and the page does not scroll sideways", async () => {
    const { page } = dashboard;
    await look(page, one);
    expect(await findViolations(page)).toEqual([]);
    expect(await readWidth(page)).toBeLessThanOrEqual(one.width);
  });
});

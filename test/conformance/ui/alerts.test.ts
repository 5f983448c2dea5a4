// Alerts on the dashboard, in a real browser: a key that crossed its quota, a share that has not been high for long enough,
// and a test message that a real receiver gets.

import { afterAll, describe, expect, it } from "vitest";
import type { Page } from "playwright-core";
import type { AlertsAnswer } from "../../../src/core/alerts/alert-messages.ts";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { startBrowser } from "../support/browser.ts";
import { send } from "../support/client.ts";
import { findViolations, look, LOOKS, openDashboard, readWidth } from "../support/dashboard.ts";
import { startOrigin } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const receiver = await startOrigin();
afterAll(receiver.close);
receiver.serve("/oncall", { status: 204 });
receiver.serve("/team", { status: 404 });

const { gateway } = await startStand(
  {
    policies: {
      plan: { algorithm: "sliding-window", limit: 5, window: "1h", key: "ip", consistency: "exact" },
    },
    routes: [{ path: "/*", policies: ["plan"] }],
    alerts: [{ when: ["quota-80", "denied"], for: "1h", to: [{ webhook: "ONCALL" }, { slack: "TEAM" }] }],
  },
  {
    vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN, ONCALL: `${receiver.url}/oncall`, TEAM: `${receiver.url}/team` },
    hasPage: true,
  },
);
const browser = await startBrowser();
afterAll(browser.close);

const readRows = async (page: Page): Promise<readonly string[]> =>
  page.getByRole("table", { name: "Alerts of now and before" }).locator("tbody tr").allInnerTexts();

describe("alerts on the dashboard", () => {
  it("are there with what they are of and since when: what fires is in the page's head, what is pending is not", async () => {
    await Promise.all(Array.from({ length: 80 }, async () => send(gateway, "/", { ip: "192.0.2.1" })));
    const { page, errors } = await openDashboard(browser, gateway);
    const rows = await until(
      "both",
      async () => {
        const found = await readRows(page);
        return found[1]?.includes(" of 80 requests ") && found;
      },
      25_000,
    );
    expect(rows[0]).toMatch(
      /^firing\tquota-80\tkey [0-9a-f]{16} has used 80 % of plan\t\d+ \w+ \d\d:\d\d:\d\d\t?$/,
    );
    expect(rows[1]).toMatch(/^pending\tdenied\t\d+(?:\.\d)? % of 80 requests in 5 minutes were rate limited/);
    await page.getByRole("link", { name: "1 alert fires" }).click();
    const channels = page.getByRole("table", { name: "Channels of alerts" });
    await channels.getByText("webhook ONCALL").waitFor();
    for (const one of LOOKS) {
      await look(page, one);
      expect(await findViolations(page)).toEqual([]);
      expect(await readWidth(page)).toBeLessThanOrEqual(one.width);
    }
    expect(errors).toEqual([]);
  });

  it("can be tested: each channel gets a message, and the page says what its receiver answered", async () => {
    const { page } = await openDashboard(browser, gateway);
    await page.getByRole("button", { name: "Send a test message" }).click();
    const table = page.getByRole("table", { name: "What came of the test messages" });
    await table.waitFor();
    expect(await table.locator("tbody tr").allInnerTexts()).toEqual([
      "webhook ONCALL\ttaken\t204",
      "slack TEAM\tnot taken\t404",
    ]);
    const bodies = receiver.requests("/oncall").map((request) => request.body().toString("utf8"));
    expect(bodies.filter((body) => body.includes("A test"))).toHaveLength(1);
  });

  it("can be tested by nobody who only reads", async () => {
    const { page } = await openDashboard(browser, gateway, ADMIN_READ_TOKEN);
    await until("the alerts", async () => (await readRows(page)).length === 2, 15_000);
    expect(await page.getByRole("button", { name: "Send a test message" }).count()).toBe(0);
    const answer = await askAdmin(gateway, "POST", "/alerts/test", { token: ADMIN_READ_TOKEN });
    expect(answer.status).toBe(403);
  });

  it("that are over stay, with when they began and ended", async () => {
    // One that fires is over five minutes after its condition at the soonest: the answer is altered on its way to the page.
    const { page } = await openDashboard(browser, gateway, "");
    await page.route("**/alerts", async (route) => {
      const response = await route.fetch();
      const { alerts, ...answer } = (await response.json()) as AlertsAnswer;
      const over = alerts.map((alert) =>
        Object.assign(alert, { state: "resolved", endedMs: alert.sinceMs + 3_600_000 }),
      );
      await route.fulfill({ response, json: { ...answer, alerts: over } });
    });
    await page.getByLabel("Admin or read token").fill(ADMIN_TOKEN);
    await page.keyboard.press("Enter");
    const rows = await until(
      "both",
      async () => {
        const found = await readRows(page);
        return found[1]?.includes(" of 80 requests ") && found;
      },
      15_000,
    );
    for (const row of rows)
      expect(row).toMatch(/^resolved\t.*\t\d+ \w+ (\d\d):(\d\d:\d\d)\t\d+ \w+ \d\d:\2$/);
    expect(await page.getByRole("link", { name: /alerts? fires?/ }).count()).toBe(0);
  });
});

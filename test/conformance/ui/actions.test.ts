// What an operator does on the dashboard holds at the gateway: each button is clicked in a real browser.

import { afterAll, describe, expect, it } from "vitest";
import type { Locator, Page } from "playwright-core";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN } from "../support/admin.ts";
import { startBrowser } from "../support/browser.ts";
import { type Reply, send } from "../support/client.ts";
import { findViolations, openDashboard } from "../support/dashboard.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { gateway } = await startStand(
  {
    // "Ask all" asks all of them.
    counters: { shards: 4 },
    policies: {
      each: {
        algorithm: "sliding-window",
        limit: 10,
        window: "1h",
        key: ["ip", "path"],
        consistency: "exact",
      },
    },
    routes: [{ path: "/*", policies: ["each"] }],
  },
  { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN }, hasPage: true },
);
const browser = await startBrowser();
afterAll(browser.close);

const ask = (ip: string): Promise<Reply> => send(gateway, "/a", { ip });
/** Uses a key up, so that it stands in the table. */
async function use(ip: string, times: number): Promise<void> {
  for (let turn = 0; turn < times; turn += 1) await ask(ip);
}

async function openRow(ip: string): Promise<{ readonly page: Page; readonly row: Locator }> {
  const { page } = await openDashboard(browser, gateway);
  const row = page.getByRole("row").filter({ hasText: ip });
  await page.getByRole("button", { name: "Ask all" }).click();
  await page.getByText("All were asked.").waitFor();
  await row.first().waitFor({ timeout: 15_000 });
  return { page, row: row.first() };
}

describe("on the dashboard", () => {
  it("a key shows its limit, what is used, what is left and when it comes back", async () => {
    await use("192.0.2.1", 9);
    const { row } = await openRow("192.0.2.1");
    expect((await row.innerText()).split(/\s*\t\s*/).slice(0, 4)).toEqual([
      "192.0.2.1 · /a",
      "9",
      "10",
      "90 %",
    ]);
    expect(await row.innerText()).toMatch(/\t1\t(?:1(?:\.1)? h|(?:59|60) min)\t/);
  });

  it("the keys nearest to their limit are there without a click, and it says who was not asked", async () => {
    await use("192.0.2.6", 8);
    const { page } = await openDashboard(browser, gateway);
    // A report at most ten seconds after the last one, and a question at most ten seconds after that.
    await page.getByRole("row").filter({ hasText: "192.0.2.6" }).first().waitFor({ timeout: 30_000 });
    await page
      .getByText(/Asked every 10 seconds: the \d+ counter objects .* Not asked: the others of 32/)
      .waitFor();
    expect(await page.getByRole("button", { name: "Back to live" }).count()).toBe(0);
    await page.getByRole("button", { name: "Ask all" }).click();
    await page.getByText("All were asked.").waitFor();
    await page.getByRole("button", { name: "Back to live" }).click();
    await page.getByText(/Asked every 10 seconds/).waitFor();
    // Rows stay where they are while one of them is pointed at: who clicks must hit what was aimed at.
    const table = page.getByRole("table", { name: /Keys that use most/ });
    await table.locator("tbody tr").first().hover();
    const before = await table.locator("tbody th").allInnerTexts();
    const cell = table.getByRole("row").filter({ hasText: "192.0.2.6" }).locator("td").first();
    const used = await cell.innerText();
    await use("192.0.2.6", 1);
    await page.waitForResponse(/of=fullest/, { timeout: 15_000 });
    await page.waitForResponse(/counters\?/);
    expect(await table.locator("tbody th").allInnerTexts()).toEqual(before);
    expect(await cell.innerText()).toBe(used);
    await page.getByRole("heading", { name: "Headroom" }).hover();
    await until("the figures of now", async () => (await cell.innerText()) !== used, 15_000);
  }, 60_000);

  it("an override that is clicked holds within 5 seconds", async () => {
    await use("192.0.2.2", 12);
    const { page, row } = await openRow("192.0.2.2");
    await row.getByRole("button", { name: /^Override/ }).click();
    await page.getByLabel("Limit", { exact: true }).fill("50");
    await page.getByRole("button", { name: "Change the limit" }).click();
    const clickedMs = Date.now();
    await until("the new limit", async () => (await ask("192.0.2.2")).field("X-RateLimit-Limit") === "50");
    expect(Date.now() - clickedMs).toBeLessThan(5_000);
    await page.getByText("The limit is 50 for an hour").waitFor();
    expect(await findViolations(page)).toEqual([]);
    await page.getByRole("button", { name: "Close" }).click();
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.getByRole("button", { name: "Ask all" }).click();
    await until("the new limit in the table", async () => /\t50\t/.test(await row.innerText()));
    expect((await ask("192.0.2.99")).field("X-RateLimit-Limit")).toBe("10");
  });

  it("a ban that is clicked holds within 5 seconds", async () => {
    await use("192.0.2.3", 8);
    const { page, row } = await openRow("192.0.2.3");
    await row.getByRole("button", { name: /^Ban/ }).click();
    await page.getByRole("button", { name: "Ban for an hour" }).click();
    await until("the ban", async () => (await ask("192.0.2.3")).status === 403);
    expect((await ask("192.0.2.98")).status).toBe(200);
  });

  it("a reset that is clicked gives the whole limit back", async () => {
    await use("192.0.2.4", 12);
    const { page, row } = await openRow("192.0.2.4");
    await row.getByRole("button", { name: /^Reset/ }).click();
    await page.getByRole("button", { name: "Reset", exact: true }).click();
    await page.getByText("the key begins afresh").waitFor();
    await until("the whole limit", async () => (await ask("192.0.2.4")).status === 200);
  });

  it("explains what a key's counter holds, and what would become of a request", async () => {
    await use("192.0.2.5", 10);
    const { page, row } = await openRow("192.0.2.5");
    await row.getByRole("button", { name: /^Explain/ }).click();
    await page.getByText(/10 of 10 used, 0 left. The next request would be denied for \d+ s/).waitFor();
    await page.getByRole("button", { name: "Explain such a request" }).click();
    await page.getByText(/takes it, for 1 units/).waitFor();
    expect(await page.getByRole("dialog").getByRole("row").last().innerText()).toMatch(/^each\t10\tpolicy$/);
    expect(await findViolations(page)).toEqual([]);
  });

  it("says what the gateway refuses", async () => {
    const { page, row } = await openRow("192.0.2.5");
    await row.getByRole("button", { name: /^Explain/ }).click();
    await page.getByLabel("Path").fill("/%zz");
    await page.getByRole("button", { name: "Explain such a request" }).click();
    await page.getByText(/malformed-escape/).waitFor();
  });

  it("who has a token that only reads sees the figures, and no button that changes anything", async () => {
    const { page } = await openDashboard(browser, gateway, ADMIN_READ_TOKEN);
    await page.getByRole("button", { name: "Ask all" }).click();
    await page.getByRole("row").filter({ hasText: "192.0.2.5" }).first().waitFor({ timeout: 15_000 });
    expect(await page.getByRole("button", { name: /^(?:Override|Ban|Reset)/ }).count()).toBe(0);
  });
});

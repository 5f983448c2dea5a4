// When the gateway's statistics cannot be had, the dashboard says since when its figures are old, and shows no zeros.

import { afterAll, expect, it } from "vitest";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { startBrowser } from "../support/browser.ts";
import { send } from "../support/client.ts";
import { openDashboard } from "../support/dashboard.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const origin = await startOrigin();
afterAll(origin.close);
const browser = await startBrowser();
afterAll(browser.close);
const config = { origin: origin.url, policies: {}, routes: [{ path: "/*" }] };
const start = (more: object) =>
  startGateway({
    config: toConfigSource({ ...config, ...more }),
    vars: { ADMIN_TOKEN },
    hasPage: true,
  });

it("figures stay, with the time that they are of, when the gateway goes away", async () => {
  const gateway = await start({});
  for (let turn = 0; turn < 7; turn += 1) await send(gateway, "/");
  const { page, figure } = await openDashboard(browser, gateway);
  await until("the figures", async () => (await figure("Requests")) === "7", 15_000);
  const before = new Date();
  await gateway.close();
  await page.getByText(/The statistics cannot be reached. These figures are from \d\d:\d\d:\d\d/).waitFor();
  const [, said = ""] = /from ([\d:]+)/.exec(await page.getByRole("alert").innerText()) ?? [];
  const [hours, minutes, seconds] = said.split(":").map(Number);
  const saidMs = new Date(before).setHours(hours ?? 0, minutes ?? 0, seconds ?? 0);
  expect(Math.abs(before.getTime() - saidMs)).toBeLessThan(5_000);
  expect(await figure("Requests")).toBe("7");
  expect(await page.locator('[data-figure="state"]').innerText()).toContain("old");
});

it("nothing known is no figure", async () => {
  const gateway = await start({ stats: false });
  const { page, figure } = await openDashboard(browser, gateway);
  await page.getByText("Statistics are switched off in the configuration").waitFor();
  expect(await figure("Requests")).toBe("–");
  await gateway.close();
});

// The portal's page in a real browser: run by a file whose gateway has a portal and the page.

import { expect, it } from "vitest";
import { PREFIX } from "./admin.ts";
import type { Browser } from "./browser.ts";
import { send } from "./client.ts";
import { findViolations, look, LOOKS, openPage, readStored, readWidth } from "./dashboard.ts";
import type { Gateway } from "./gateway.ts";
import { issueKey } from "./keys.ts";
import { createPortalClient } from "./portal.ts";

const NOTHING = { sessionStorage: 0, localStorage: 0, cookie: "", hash: "" };

/** Policy `plan` has a limit of 4 on /plan/*, and `keysMax` is 3. */
// oxlint-disable-next-line eslint/max-lines-per-function -- a list of tests
export function testPortalPage(gateway: Gateway, browser: Browser): void {
  const { bearer, post } = createPortalClient(gateway);

  it("signs in with a key alone, and keeps a wrong one nowhere", async () => {
    const { page, errors } = await openPage(browser, gateway, "/me/ui");
    await page.getByLabel("API key").waitFor();
    expect(await findViolations(page)).toEqual([]);
    expect(errors).toEqual([]);
    await page.getByLabel("API key").fill("hg_wrong");
    await page.keyboard.press("Enter");
    await page.getByText("The gateway does not know this key.").waitFor();
    expect(await readStored(page)).toEqual(NOTHING);
    const { text } = await issueKey(gateway);
    await page.getByLabel("API key").fill(text);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "A higher limit" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("API key").waitFor();
    expect(await readStored(page)).toEqual(NOTHING);
  });

  it("shows limits as GET /me has them, and makes, rotates, revokes and asks by the keyboard alone", async () => {
    const key = await issueKey(gateway, { consumer: "a reader" });
    await send(gateway, "/plan/a", bearer(key));
    const { page, asked, errors } = await openPage(browser, gateway, "/me/ui");
    await page.getByLabel("API key").fill(key.text);
    await page.keyboard.press("Enter");
    const row = page.getByRole("table", { name: "Your limits" }).getByRole("row", { name: /^plan/ });
    await row.waitFor();
    const cells = (await row.innerText()).split(/\s*\t\s*/).filter((cell) => cell !== "");
    expect(cells.slice(0, 4)).toEqual(["plan", "4 in 1 h by consumer", "1", "3"]);
    await page.getByText("Fewer for all").waitFor();

    await page.getByLabel("Another key, called").fill("CI");
    await page.keyboard.press("Enter");
    await page.getByText("Copy it now").waitFor();
    const made = await page.getByText(/^hg_\w{8}_\w{43}$/).innerText();
    expect((await send(gateway, "/plan/a", bearer({ text: made }))).status).toBe(200);
    const ending = page.getByRole("table", { name: "Routes that are going to end" });
    expect(await ending.getByRole("row", { name: /\/plan\/\*/ }).innerText()).toContain("2099");
    const keys = page.getByRole("table", { name: "Your API keys" });
    await keys
      .getByRole("row", { name: /· CI/ })
      .getByRole("button", { name: /^Rotate/ })
      .focus();
    await page.keyboard.press("Enter");
    await page.getByText(/has a new text/).waitFor();
    expect(await page.getByText(made).count()).toBe(0);
    await keys
      .getByRole("row", { name: /· CI/ })
      .getByRole("button", { name: /^Revoke/ })
      .focus();
    await page.keyboard.press("Enter");
    await keys.getByRole("button", { name: /^Really revoke/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByText(/is revoked/).waitFor();
    await keys.getByRole("row", { name: /· CI/ }).waitFor({ state: "detached" });
    await keys.getByRole("button", { name: /^Revoke/ }).click();
    await keys.getByRole("button", { name: /^Really revoke/ }).click();
    await page.getByText("It is your only key that works").waitFor();

    await page.getByLabel("Asked for").fill("50");
    await page.getByLabel("Because").fill("a launch");
    await page.keyboard.press("Enter");
    await page.getByText("Asked: the answer will stand here.").waitFor();
    await page.getByRole("button", { name: /^Take back/ }).waitFor();
    for (const one of LOOKS) {
      await look(page, one);
      expect(await findViolations(page), JSON.stringify(one)).toEqual([]);
      expect(await readWidth(page)).toBeLessThanOrEqual(one.width);
    }
    expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
    expect(asked.filter((url) => !url.startsWith(`${gateway.url}${PREFIX}/me`))).toEqual([]);
    expect(await page.content()).not.toContain(key.text);
  });

  it("is asked for without a key, is nobody's, and is not the operators'", async () => {
    const page = await send(gateway, `${PREFIX}/me/ui`, { fields: [["Accept-Encoding", "identity"]] });
    expect([page.status, page.field("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.field("Content-Security-Policy")).toContain("frame-ancestors 'none'");
    expect((await send(gateway, `${PREFIX}/me/ui`, { method: "HEAD" })).body).toHaveLength(0);
    const key = await issueKey(gateway);
    expect((await post(key, "/ui")).field("Allow")).toBe("GET, HEAD");
  });
}

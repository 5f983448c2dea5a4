// The dashboard in a real browser: opened as an operator does, with every address that the browser asks written down.

import axe from "axe-core";
import type { Page } from "playwright-core";
import { ADMIN_TOKEN, PREFIX } from "./admin.ts";
import type { Browser } from "./browser.ts";
import type { Target } from "./client.ts";

export interface Dashboard {
  readonly page: Page;
  /** What the browser asked for so far, and what went wrong in it. */
  readonly asked: readonly string[];
  readonly errors: readonly string[];
  /** A figure of the strip, as it is written. */
  readonly figure: (name: string) => Promise<string>;
}

/** `token` goes into the address, as `npm start` prints it; "" opens the sign-in. */
export async function openDashboard(
  browser: Browser,
  gateway: Target,
  token: string = ADMIN_TOKEN,
): Promise<Dashboard> {
  return await openPage(browser, gateway, `/ui${token === "" ? "" : `#token=${token}`}`);
}

/** `path` is below the gateway's own prefix. */
export async function openPage(browser: Browser, gateway: Target, path: string): Promise<Dashboard> {
  const page = await browser.open("about:blank");
  const asked: string[] = [];
  const errors: string[] = [];
  page.on("request", (request) => {
    asked.push(request.url());
  });
  page.on("pageerror", (error) => {
    errors.push(error.message);
  });
  page.on("console", (message) => {
    // What Chromium advises of a page's elements begins so.
    if (message.type() === "error" || message.text().startsWith("[DOM]")) errors.push(message.text());
  });
  await page.goto(`${gateway.url}${PREFIX}${path}`);
  return {
    page,
    asked,
    errors,
    figure: async (name) => page.locator(`[data-figure="${name}"] dd`).first().innerText(),
  };
}

/** What axe finds on a page, as "rule: element". Its script is the test's, not the page's, so the page's policy lets it be. */
export async function findViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { readonly axe: typeof axe }).axe.run();
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  });
}

export const LOOKS = [
  { colorScheme: "light", width: 360 },
  { colorScheme: "dark", width: 360 },
  { colorScheme: "light", width: 1920 },
  { colorScheme: "dark", width: 1920 },
] as const;

export async function look(page: Page, { colorScheme, width }: (typeof LOOKS)[number]): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.setViewportSize({ width, height: 900 });
}

/** Milliseconds until the browser showed anything. */
export const readPaintedMs = (page: Page): Promise<number> =>
  page.evaluate<number>("performance.getEntriesByName('first-contentful-paint')[0].startTime");

/** How wide the page is: wider than its window, it scrolls sideways. */
export const readWidth = (page: Page): Promise<number> =>
  page.evaluate<number>("document.documentElement.scrollWidth");

/** Where a token could be kept. */
export const readStored = (page: Page): Promise<object> =>
  page.evaluate<object>(
    "({ sessionStorage: sessionStorage.length, localStorage: localStorage.length, cookie: document.cookie, hash: location.hash })",
  );

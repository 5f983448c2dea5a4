// A real browser: Debian's Chromium, with a profile of its own that nothing was ever stored in.

import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Browser {
  /** A page of what is served there. */
  readonly open: (url: string) => Promise<Page>;
  readonly close: () => Promise<void>;
}

/** Rejects, and says what to do, where there is no Chromium. */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM))
    throw new Error(`Cannot test in a browser: ${CHROMIUM} is missing. Install it: apt-get install chromium`);
  const profile = await mkdtemp(join(tmpdir(), "headgate-chromium-"));
  const context = await chromium.launchPersistentContext(profile, { executablePath: CHROMIUM, args: FLAGS });
  return {
    open: async (url) => {
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** What a page can read of an answer, or why it can read none. */
export interface Read {
  readonly status?: number;
  /** By lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly error?: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly credentials?: "include" | "omit";
}

/** Fetches as a script of the page does. */
export async function fetchIn(page: Page, url: string, asking: Asking = {}): Promise<Read> {
  return await page.evaluate(
    async ([target, init]) => {
      try {
        const response = await fetch(target, init);
        const headers = Object.fromEntries(response.headers);
        return { status: response.status, headers, text: await response.text() };
      } catch (error) {
        return { error: String(error) };
      }
    },
    [url, asking] as const,
  );
}

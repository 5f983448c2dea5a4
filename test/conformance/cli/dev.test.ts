// `npm run dev` in a copy of the checkout: whatever the gateway is made of, and however an editor saves it, the next request
// is served by it; what cannot be served is said in a line, and the last one that was right goes on serving.

import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { PREFIX } from "../support/admin.ts";
import { copyCheckout, startCommand } from "../support/command.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

const PATIENCE_MS = 60_000;
const GOES_ON = "The last one that was right goes on serving.";

const origin = await startOrigin();
afterAll(origin.close);
const { folder, remove } = await copyCheckout();
afterAll(remove);

const at = (name: string): string => join(folder, name);
const WRANGLER = at("wrangler.toml");

const toConfig = (limit: string): string => `
import { limit } from "./limits.ts";
import { window } from "./parts/window.ts";
export default {
  origin: "${origin.url}",
  policies: { all: { algorithm: "fixed-window", limit: ${limit}, window, key: "everyone" } },
  routes: [{ path: "/*", policies: ["all"] }],
};`;
const toLimit = (limit: number): string => `export const limit = ${limit};\n`;
const toWindow = (seconds: number): string => `export const window = "${seconds}s";\n`;

await mkdir(at("parts"));
await writeFile(at("headgate.config.ts"), toConfig("limit"));
await writeFile(at("limits.ts"), toLimit(10));
await writeFile(at("parts/window.ts"), toWindow(60));

const dev = startCommand("dev", ["--port", "0"], { folder });
afterAll(dev.stop);
const url = await dev.url();
const wrangler = await readFile(WRANGLER, "utf8");
const withFactor = (factor: number): string =>
  wrangler.replace(/^\[vars\]$/m, `[vars]\nLIMIT_FACTOR = "${factor}"`);

/** While it is served anew a connection may be cut. */
async function ask(path: string, token = "none"): Promise<Response | undefined> {
  const headers = { connection: "close", authorization: `Bearer ${token}` };
  try {
    const answer = await fetch(`${url}${path}`, { headers });
    await answer.arrayBuffer();
    return answer;
  } catch {
    return undefined;
  }
}

/** "10;60": the limit and its window in seconds. */
async function readPolicy(): Promise<string> {
  const field = (await ask("/"))?.headers.get("ratelimit-policy") ?? "";
  const [, limit = "", seconds = ""] = /;q=(\d+);w=(\d+)/.exec(field) ?? [];
  return `${limit};${seconds}`;
}

/** Whether the admin API knows the tokens "one" and "two". */
async function readTokens(): Promise<string> {
  const answers = await Promise.all(["one", "two"].map((token) => ask(`${PREFIX}/health`, token)));
  return answers.map((answer) => answer?.status).join();
}

type Step = readonly [how: string, save: () => Promise<void>, wanted: string];

const steps: readonly Step[] = [
  ["written in place", () => writeFile(at("limits.ts"), toLimit(11)), "11;60"],
  [
    "written beside and renamed over it",
    async () => {
      await writeFile(at(".limits.ts.tmp"), toLimit(12));
      await rename(at(".limits.ts.tmp"), at("limits.ts"));
    },
    "12;60",
  ],
  [
    "kept as a backup and written anew",
    async () => {
      await rename(at("limits.ts"), at("limits.ts~"));
      await writeFile(at("limits.ts"), toLimit(13));
      await rm(at("limits.ts~"));
    },
    "13;60",
  ],
  [
    "emptied, and written a while later",
    async () => {
      await writeFile(at("limits.ts"), "");
      await wait(300);
      await writeFile(at("limits.ts"), toLimit(14));
    },
    "14;60",
  ],
  ["a module in a folder", () => writeFile(at("parts/window.ts"), toWindow(120)), "14;120"],
  [
    "a folder that was replaced",
    async () => {
      await rename(at("parts"), at("parts-before"));
      await wait(300);
      await mkdir(at("parts"));
      await writeFile(at("parts/window.ts"), toWindow(180));
    },
    "14;180",
  ],
  ["the configuration itself", () => writeFile(at("headgate.config.ts"), toConfig("limit + 1")), "15;180"],
  ["wrangler.toml", () => writeFile(WRANGLER, withFactor(2)), "30;180"],
];

it.each(steps)(
  "serves anew after a save: %s",
  async (_how, save, wanted) => {
    await save();
    await until(wanted, async () => (await readPolicy()) === wanted, PATIENCE_MS);
  },
  PATIENCE_MS + 10_000,
);

const secrets: readonly (readonly [how: string, save: () => Promise<void>, wanted: string])[] = [
  ["there is one", () => writeFile(at(".dev.vars"), "ADMIN_TOKEN=one\n"), "200,401"],
  [
    "it was replaced",
    async () => {
      await writeFile(at("vars.tmp"), "ADMIN_TOKEN=two\n");
      await rename(at("vars.tmp"), at(".dev.vars"));
    },
    "401,200",
  ],
  ["it is gone", () => rm(at(".dev.vars")), "401,401"],
];

it.each(secrets)(
  "serves anew with the secrets of .dev.vars: %s",
  async (_how, save, wanted) => {
    await save();
    await until(wanted, async () => (await readTokens()) === wanted, PATIENCE_MS);
  },
  PATIENCE_MS + 10_000,
);

const mistakes: readonly (readonly [what: string, make: () => Promise<void>, said: RegExp])[] = [
  [
    "a wrong value",
    () => writeFile(at("limits.ts"), 'export const limit = "many";\n'),
    /policies\.all\.limit: .*received "many1"/,
  ],
  ["a module that is gone", () => rm(at("limits.ts")), /^Cannot load headgate\.config\.ts: .*limits\.ts/m],
  [
    "a configuration that is gone",
    () => rm(at("headgate.config.ts")),
    /^Cannot load headgate\.config\.ts: /m,
  ],
  ["no TOML", () => writeFile(WRANGLER, `${wrangler}[[[`), /^Cannot read wrangler\.toml, line \d+: /m],
  [
    "what the runtime refuses",
    () =>
      writeFile(WRANGLER, wrangler.replace(/^compatibility_date.*/m, 'compatibility_date = "2099-01-01"')),
    /^Cannot serve it: Compatibility date "2099-01-01" is in the future/m,
  ],
];

it.each(mistakes)(
  "says what is wrong and serves on: %s",
  async (_what, make, said) => {
    const before = dev.output().length;
    const readSaid = (): string => dev.output().slice(before);
    await make();
    await until("it says so", () => Promise.resolve(said.test(readSaid())), PATIENCE_MS);
    await until("it goes on", () => Promise.resolve(readSaid().includes(GOES_ON)), PATIENCE_MS);
    await until("what was right serves", async () => (await readPolicy()) === "30;180", PATIENCE_MS);
    expect(readSaid()).not.toMatch(/^\s+at /m);
    await writeFile(at("limits.ts"), toLimit(14));
    await writeFile(at("headgate.config.ts"), toConfig("limit + 1"));
    await writeFile(WRANGLER, withFactor(2));
    await until("it is served anew", () => Promise.resolve(readSaid().includes("Served anew")), PATIENCE_MS);
  },
  3 * PATIENCE_MS,
);

it("runs to the end", () => {
  expect(dev.isRunning()).toBe(true);
});

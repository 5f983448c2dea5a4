// A real browser: what a page of another origin can read of the gateway's answers, and what it cannot.

import { afterAll, describe, expect, it } from "vitest";
import { fetchIn, startBrowser, type Asking, type Read } from "../support/browser.ts";
import { startOrigin } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";

const pages = await startOrigin();
const foreign = await startOrigin();
afterAll(pages.close);
afterAll(foreign.close);
for (const site of [pages, foreign])
  site.serve("*", { fields: [["Content-Type", "text/html"]], body: "<!doctype html><title>page</title>" });

const { origin, gateway } = await startStand({
  cors: { origins: [pages.url], exposed: ["X-Total"] },
  policies: {
    one: { algorithm: "sliding-window", limit: 1, window: "1h", key: ["ip", "path"] },
  },
  routes: [
    { path: "/limited/*", policies: ["one"] },
    { path: "/locked", auth: "required" },
    { path: "/stored", cache: {}, cors: { origins: [pages.url, foreign.url] } },
    { path: "/login", cors: { origins: [pages.url], credentials: true } },
    { path: "/speaks/*", cors: "origin", auth: "optional", policies: ["one"] },
    { path: "/slow", timeout: "100ms" },
    { path: "/open/*" },
  ],
});

const browser = await startBrowser();
afterAll(browser.close);
const page = await browser.open(`${pages.url}/`);
const foreignPage = await browser.open(`${foreign.url}/`);

const read = (path: string, asking?: Asking): Promise<Read> => fetchIn(page, gateway.url + path, asking);
const readAsForeigner = (path: string, asking?: Asking): Promise<Read> =>
  fetchIn(foreignPage, gateway.url + path, asking);
const toProblem = ({ text = "" }: Read): Record<string, unknown> =>
  JSON.parse(text) as Record<string, unknown>;

/** With it a browser asks before it asks. */
const ASKING: Asking = { method: "PUT", headers: { authorization: "Bearer nobody", "x-own": "1" } };
const UNREADABLE = { error: "TypeError: Failed to fetch" };

describe("a page of an origin that may", () => {
  it.each<readonly [string, Asking | undefined]>([
    ["simple", undefined],
    ["preflighted", ASKING],
  ])("reads a 429: its status, Retry-After, rate-limit fields and body: %s", async (name, asking) => {
    const path = `/limited/${name}`;
    expect((await read(path, asking)).status).toBe(200);
    const denied = await read(path, asking);
    expect([denied.status, toProblem(denied)["code"]]).toEqual([429, "quota-exceeded"]);
    const { headers = {} } = denied;
    expect(Number(headers["retry-after"])).toBeGreaterThan(3_000);
    expect([headers["x-ratelimit-limit"], headers["x-ratelimit-remaining"]]).toEqual(["1", "0"]);
    expect(Number(headers["x-ratelimit-reset"]) * 1_000).toBeGreaterThan(Date.now());
    expect([headers["ratelimit"], headers["ratelimit-policy"]]).toEqual([
      expect.stringMatching(/^"one";r=0;t=\d+$/),
      '"one";q=1;w=3600',
    ]);
  });

  it.each<readonly [string, Asking | undefined]>([
    ["simple", undefined],
    ["preflighted", ASKING],
  ])("reads a 401 and its body: %s", async (_, asking) => {
    const refused = await read("/locked", asking);
    const code = asking === undefined ? "credential-missing" : "credential-invalid";
    expect([refused.status, toProblem(refused)["code"]]).toEqual([401, code]);
  });

  it("reads that there is no route, that a path cannot be read, and that the origin is silent", async () => {
    origin.serve("/slow", { raw: "", ending: "stall" });
    const refused = [await read("/nothing", ASKING), await read("/open/%zz"), await read("/slow")];
    expect(refused.map((one) => [one.status, toProblem(one)["code"]])).toEqual([
      [404, "no-route"],
      [400, "malformed-escape"],
      [504, "origin-timeout"],
    ]);
  });

  it("reads answers of the origin, with what the configuration exposes", async () => {
    origin.serve("/open/1", {
      fields: [
        ["X-Total", "7"],
        ["X-Secret", "1"],
      ],
      body: "answer",
    });
    const { status, headers, text } = await read("/open/1", ASKING);
    expect([status, text, headers?.["x-total"], headers?.["x-secret"]]).toEqual([
      200,
      "answer",
      "7",
      undefined,
    ]);
    const asked = origin.requests("/open/1");
    expect(asked.map(({ method }) => method)).toEqual(["PUT"]);
  });

  it("reads with cookies where the route has credentials, and not where it has none", async () => {
    origin.serve("/login", ({ field }) => ({
      fields: [["Set-Cookie", "session=1; Path=/"]],
      body: field("Cookie") ?? "no cookie",
    }));
    expect((await read("/login", { credentials: "include" })).text).toBe("no cookie");
    expect((await read("/login", { credentials: "include" })).text).toBe("session=1");
    expect(await read("/open/2", { credentials: "include" })).toEqual(UNREADABLE);
  });
});

describe("a page of another origin", () => {
  it("reads nothing, and what needs to be asked for is not sent", async () => {
    expect(await readAsForeigner("/locked")).toEqual(UNREADABLE);
    expect(await readAsForeigner("/open/foreign", ASKING)).toEqual(UNREADABLE);
    expect(origin.requests("/open/foreign")).toEqual([]);
  });

  it("reads a stored answer that was stored for the first one, where both may", async () => {
    origin.serve("/stored", { fields: [["Cache-Control", "max-age=60"]], body: "stored" });
    for (const ask of [read, readAsForeigner, read, readAsForeigner])
      expect((await ask("/stored")).text).toBe("stored");
    expect(origin.requests("/stored")).toHaveLength(1);
  });
});

describe("an origin that speaks CORS itself", () => {
  it("is read by the pages that it names, and its preflights are not counted", async () => {
    origin.serve("/speaks/1", ({ method }) => ({
      status: method === "OPTIONS" ? 204 : 200,
      fields: [
        ["Access-Control-Allow-Origin", pages.url],
        ["Access-Control-Allow-Methods", "PUT"],
        ["Access-Control-Allow-Headers", "x-own"],
        ["Vary", "Origin"],
      ],
      body: method === "OPTIONS" ? "" : "spoken",
    }));
    const asking: Asking = { method: "PUT", headers: { "x-own": "1" } };
    const spoken = await read("/speaks/1", asking);
    expect([spoken.status, spoken.text, spoken.headers?.["x-ratelimit-remaining"]]).toEqual([
      200,
      "spoken",
      "0",
    ]);
    expect(origin.requests("/speaks/1").map(({ method }) => method)).toEqual(["OPTIONS", "PUT"]);
    expect(await readAsForeigner("/speaks/1", asking)).toEqual(UNREADABLE);
  });
});

// With mergeSlashes: false several slashes in a row go on as they came. What is matched and counted takes them for one all
// the same, and no path leads to another host.

import { assert, asyncProperty } from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { isHit } from "../support/cache-stand.ts";
import { newAddress, send } from "../support/client.ts";
import { disguisePath, toForgivenPath } from "../support/disguised-paths.ts";
import { startOrigin } from "../support/origin.ts";
import { ADMIN_TOKEN, purge } from "../support/purge.ts";
import { startStand } from "../support/stand.ts";
import { toRuns } from "../../property-runs.ts";

const SECRET = "/limited/secret";
const ONCE = { algorithm: "token-bucket", limit: 1, window: "1h" };

const { origin, gateway } = await startStand(
  {
    mergeSlashes: false,
    policies: { once: { ...ONCE, key: "ip" }, page: { ...ONCE, key: ["ip", "param:page"] } },
    routes: [
      { path: SECRET, policies: ["once"] },
      { path: "/pages/:page", policies: ["page"] },
      { path: "/cached/*", cache: { ttl: "1h" } },
      { path: "/api/*", stripPrefix: "/api" },
      { path: "/all/:page", aggregate: { one: "/part/{page}" } },
      { path: "/*" },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

const targets = (since: number): readonly string[] =>
  origin
    .requests()
    .slice(since)
    .map(({ target }) => target);

async function newSpentClient(): Promise<string> {
  const ip = newAddress();
  expect((await send(gateway, SECRET, { ip })).status).toBe(200);
  expect((await send(gateway, SECRET, { ip })).status).toBe(429);
  return ip;
}

describe("what is forwarded", () => {
  it.each([
    ["/a/b", "/a/b"],
    ["//a///b", "//a///b"],
    ["/a//", "/a//"],
    ["//", "//"],
    ["/", "/"],
    ["/https://other.example/a//b", "/https://other.example/a//b"],
    ["/a//%62/%2e/c", "/a//b/c"],
    ["/a/.//b", "/a//b"],
    ["/a//../b", "/a/b"],
    ["//../a", "/a"],
    ["/a\\\\b", "/a//b"],
    ["/api//x", "//x"],
    ["/api/x//", "/x//"],
    ["/a//?b//c", "/a//?b//c"],
  ])("%s goes on as %s", async (written, wanted) => {
    const since = origin.requests().length;
    expect((await send(gateway, written)).status).toBe(200);
    expect(targets(since)).toEqual([wanted]);
  });
});

describe("what is matched and counted", () => {
  it("cannot be evaded by slashes, or by any mixture of ways to write a path", async () => {
    const ip = await newSpentClient();
    for (const target of [
      "//limited/secret",
      "/limited//secret",
      "/limited///./secret",
      "/limited/secret//",
      "/;x//limited/;/secret",
    ])
      expect([target, (await send(gateway, target, { ip })).status]).toEqual([target, 429]);
    await assert(
      asyncProperty(disguisePath(SECRET), async (text) => {
        const since = origin.requests().length;
        const { status } = await send(gateway, text, { ip });
        expect(status).toBeLessThan(500);
        expect(targets(since).filter((target) => toForgivenPath(target) === SECRET)).toEqual([]);
      }),
      { numRuns: toRuns(500), seed: 20_261_128 },
    );
  });

  it("has the same parameters", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (const path of ["/pages/7", "//pages//7", "/pages/8"])
      statuses.push((await send(gateway, path, { ip })).status);
    expect(statuses).toEqual([200, 429, 200]);
    origin.serve("/part/7", { fields: [["Content-Type", "application/json"]], body: "7" });
    expect((await send(gateway, "//all//7")).json()).toEqual({ one: 7 });
  });
});

describe("what is stored", () => {
  it("is apart, is purged and is changed by the path as it is written", async () => {
    const ask = (path: string) => send(gateway, path, { fields: [["Host", "a.example"]] });
    const paths = ["/cached/a/b", "/cached/a//b"];
    const look = async (): Promise<readonly boolean[]> => {
      const hits: boolean[] = [];
      for (const path of paths) hits.push(isHit(await ask(path)));
      return hits;
    };
    for (const path of paths) origin.serve(path, { body: path });
    expect([await look(), await look()]).toEqual([
      [false, false],
      [true, true],
    ]);
    await purge(gateway, { urls: ["http://a.example/cached/a//b"] });
    expect(await look()).toEqual([true, false]);
    origin.serve("/change", { fields: [["Location", "/cached/a//b"]], status: 201 });
    await send(gateway, "/change", { method: "POST", body: "x", fields: [["Host", "a.example"]] });
    expect(await look()).toEqual([true, false]);
  });
});

describe("another host", () => {
  it("cannot be reached by a path", async () => {
    const other = await startOrigin();
    onTestFinished(other.close);
    const { host } = other;
    for (const target of [
      `//${host}/x`,
      `///${host}/x`,
      `/\\${host}/x`,
      `/.//${host}/x`,
      `/api//${host}/x`,
      `//user@${host}/x`,
      `/x/..//${host}/x`,
    ])
      await send(gateway, target).catch(() => undefined);
    expect(other.requests()).toEqual([]);
    expect(origin.requests(`//${host}/x`).length).toBeGreaterThan(3);
  });
});

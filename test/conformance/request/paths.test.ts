// One canonical path is matched, counted, cached and forwarded: no way of writing a path gets around a route's limit,
// and none leads to another host.

import { assert, asyncProperty } from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { newAddress, send } from "../support/client.ts";
import { disguisePath, toForgivenPath } from "../support/disguised-paths.ts";
import { startOrigin } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";
import { toRuns } from "../../property-runs.ts";

const SECRET = "/limited/secret";

const { origin, gateway } = await startStand({
  policies: {
    once: { algorithm: "token-bucket", limit: 1, window: "1h", key: "ip" },
    "once-a-path": { algorithm: "token-bucket", limit: 1, window: "1h", key: ["ip", "path"] },
  },
  routes: [
    { path: SECRET, policies: ["once"] },
    { path: "/each/*", policies: ["once-a-path"] },
    { path: "/cached/*", policies: [], cache: { ttl: "1h" } },
    { path: "/*", policies: [] },
  ],
});
const keeping = await startStand({ policies: {}, routes: [{ path: "/*" }], encodedSlash: "keep" });

/** Asks for `target` as a client whose quota for the secret is used up, and says how that ended. */
async function tryToEvade(target: string, ip: string): Promise<string> {
  const before = origin.requests().length;
  const { status } = await send(gateway, target, { ip });
  const reached = origin.requests().slice(before);
  const evaded = reached.find((request) => toForgivenPath(request.target) === SECRET);
  if (evaded !== undefined) return `evaded as ${evaded.target}`;
  return status < 500 ? "held" : `broke with ${status}`;
}

async function newSpentClient(): Promise<string> {
  const ip = newAddress();
  expect((await send(gateway, SECRET, { ip })).status).toBe(200);
  expect((await send(gateway, SECRET, { ip })).status).toBe(429);
  return ip;
}

describe("a limited path", () => {
  it.each([
    "//limited/secret",
    "/limited//secret",
    "/limited///./secret",
    "/limited/secret/",
    "/limited/secret//",
    "/limited/./secret",
    "/x/../limited/secret",
    "/x/%2e%2e/limited/secret",
    "/x/.%2E/limited/secret",
    "/%2e/limited/secret",
    "/..//../limited/secret",
    "/%6cimited/secret",
    "/%6Cimited/%73ecret",
    "/limited%2fsecret",
    "/limited%2Fsecret",
    "/limited%5csecret",
    "/limited%5Csecret",
    "/limited\\secret",
    "\\limited\\secret",
    "/limited/secret%00",
    "/limited/secret%00.html",
    "/limited/%00secret",
    "/limited/secret;x=1",
    "/limited/secret;x=%2f",
    "/limited;jsessionid=1/secret",
    "/;x/limited/secret",
    "/limited/;x/secret",
    "/limited/secret/;",
    "/a/..;/limited/secret",
    "/.;/limited/secret",
    "/limited/secret%3bx=1",
    "/LIMITED/Secret",
    "/%4CIMITED/secret",
    "/limited/secret?x=1",
    "/limited/secret?",
    "/limited/secret#",
    "/limited/secret%20",
    "/limited/secret%09",
    "/limited/secret/%2e",
    "/limited/secret/x/..",
    "/limited/secret/x/%2e%2e/",
  ])("cannot be evaded by %s", async (target) => {
    expect(await tryToEvade(target, await newSpentClient())).toBe("held");
  });

  it("cannot be evaded by any mixture of them", async () => {
    const ip = await newSpentClient();
    await assert(
      asyncProperty(disguisePath(SECRET), async (text) => {
        expect(await tryToEvade(text, ip)).toBe("held");
      }),
      { numRuns: toRuns(500), seed: 20_261_122 },
    );
  });

  it("cannot be evaded by another method's name for GET, nor by naming the path in a field", async () => {
    const ip = await newSpentClient();
    expect((await send(gateway, SECRET, { ip, method: "HEAD" })).status).toBe(429);
    for (const name of ["X-Original-URL", "X-Rewrite-URL", "X-Original-URI", "X-HTTP-Path-Override"]) {
      await send(gateway, "/elsewhere", { ip, fields: [[name, SECRET]] });
    }
    for (const request of origin.requests("/elsewhere")) {
      expect([request.field("X-Original-URL"), request.field("X-Rewrite-URL")]).toEqual([
        undefined,
        undefined,
      ]);
    }
  });

  it("is one key, however it is written", async () => {
    const ip = newAddress();
    expect((await send(gateway, "/each/page", { ip })).status).toBe(200);
    for (const target of [
      "/each//page",
      "/each/%70age",
      "/each/x/../page",
      "/each/page/",
      "/EACH/page;x",
      "/each/PAGE",
    ]) {
      expect([target, (await send(gateway, target, { ip })).status]).toEqual([target, 429]);
    }
  });
});

describe("what is forwarded", () => {
  const forwarded: readonly (readonly [string, string])[] = [
    ["/", "/"],
    ["/a/b", "/a/b"],
    ["//a///b", "/a/b"],
    ["/a/./b/../c", "/a/c"],
    ["/a/%2e%2e/b", "/b"],
    ["/../../a", "/a"],
    ["/%61%7E%2D", "/a~-"],
    ["/caf%c3%a9", "/caf%C3%A9"],
    ["/a%20b", "/a%20b"],
    ["/a%3fb%23c", "/a%3Fb%23c"],
    ["/a%252fb", "/a%252fb"],
    ["/a\\b", "/a/b"],
    ["/a/", "/a/"],
    ["/Case/Kept", "/Case/Kept"],
    ["/a;p=1/b", "/a;p=1/b"],
    ["/a+b:c@d!$&'()*,=", "/a+b:c@d!$&'()*,="],
    ["/q?x=%2f%41//..\\&y", "/q?x=%2f%41//..\\&y"],
    ["/q?a=1&a=2&%61=3&b", "/q?a=1&a=2&%61=3&b"],
  ];

  it.each(forwarded)("%s goes on as %s", async (written, canonical) => {
    const before = origin.requests().length;
    expect((await send(gateway, written)).status).toBe(200);
    expect(
      origin
        .requests()
        .slice(before)
        .map(({ target }) => target),
    ).toEqual([canonical]);
  });

  it.each([
    "/a%2fb",
    "/a%2Fb",
    "/a%5cb",
    "/a%5Cb",
    "/a%00b",
    "/%0d%0aX-Evil:1",
    "/a%7f",
    "/a%1fb",
    "/a%",
    "/a%4",
    "/a%zz",
    "/%%41",
  ])("%s is refused", async (target) => {
    const before = origin.requests().length;
    const reply = await send(gateway, target);
    expect(reply.status).toBe(400);
    expect(reply.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(reply.json()).toMatchObject({ status: 400, code: expect.any(String) as string });
    expect(origin.requests()).toHaveLength(before);
  });

  it("an escaped slash can be kept by configuration, in one spelling", async () => {
    for (const target of ["/kept/a%2fb", "/kept/a%2Fb"]) await send(keeping.gateway, target);
    expect(keeping.origin.requests().map(({ target }) => target)).toEqual(["/kept/a%2Fb", "/kept/a%2Fb"]);
  });

  it("is what is cached: every way of writing it meets the same stored answer", async () => {
    let made = 0;
    origin.serve("/cached/page", () => {
      made += 1;
      return { fields: [["Cache-Control", "max-age=3600"]], body: String(made) };
    });
    await send(gateway, "/cached/page");
    for (const target of ["/cached//page", "/cached/%70age", "/cached/x/../page", "/cached/./page"]) {
      expect([target, (await send(gateway, target)).text()]).toEqual([target, "1"]);
    }
  });
});

describe("another host", () => {
  it("cannot be reached by a path, a field or a request line", async () => {
    const other = await startOrigin();
    onTestFinished(other.close);
    const { host, url } = other;
    const targets = [
      `//${host}/x`,
      `///${host}/x`,
      `/\\${host}/x`,
      `\\\\${host}/x`,
      `/\\/${host}/x`,
      `/.//${host}/x`,
      `/..//${host}/x`,
      `/x/..//${host}/x`,
      `/%2f${host}/x`,
      `/%5c${host}/x`,
      `//user@${host}/x`,
      `/@${host}/x`,
      `:@${host}/x`,
      `@${host}/x`,
      `/;//${host}/x`,
      `/\t/${host}/x`.replace("\t", "%09"),
      `${url}/x`,
      `/${url}/x`,
      `?//${host}/x`,
    ];
    for (const target of targets) await send(gateway, target).catch(() => undefined);
    await send(gateway, "/x", {
      fields: [
        ["X-Forwarded-Host", host],
        ["Forwarded", `host=${host}`],
      ],
    });
    await send(gateway, "/x", { fields: [["Host", host]] });
    expect(other.requests()).toEqual([]);
    expect((await send(gateway, "/still-here")).status).toBe(200);
  });
});

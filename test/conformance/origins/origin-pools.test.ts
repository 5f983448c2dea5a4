// Several origins for one name, all of them well: which one a request goes to, and how it is asked.

import { describe, expect, it } from "vitest";
import { openWebSocket, send } from "../support/client.ts";
import { startPoolStand } from "../support/pool-stand.ts";

const { origins, gateway, counts, sendTimes } = await startPoolStand(3, (urls) => {
  const [a = "", b = "", c = ""] = urls;
  return {
    origin: "plain",
    origins: {
      plain: { members: [a, b] },
      weighted: { members: [a, { url: b, weight: 9 }] },
      spare: { members: [a, { url: b, role: "fallback" }] },
      sticky: { members: [a, b, c], affinity: "header:x-user" },
      dressed: {
        members: [
          {
            url: `${c}/v2`,
            host: "localhost",
            stripPrefix: "/shop",
            headers: { "X-Region": "eu", "Accept-Encoding": "br" },
          },
        ],
      },
    },
    routes: [
      { path: "/weighted", origin: "weighted" },
      { path: "/spare", origin: "spare" },
      { path: "/sticky", origin: "sticky" },
      { path: "/shop/cached", origin: "dressed", cache: { ttl: "1m" } },
      { path: "/shop/*", origin: "dressed" },
      { path: "/shopping", origin: "dressed" },
      { path: "/*" },
    ],
  };
});

describe("an origin pool", () => {
  it("that the configuration names as its origin takes what no route sends elsewhere", async () => {
    await sendTimes(40, "/anything");
    const [a = 0, b = 0, c = 0] = counts("/anything");
    expect([a > 5, b > 5, c, a + b]).toEqual([true, true, 0, 40]);
  });

  it("spreads by weight", async () => {
    await sendTimes(100, "/weighted");
    const [a = 0, b = 0] = counts("/weighted");
    expect(a + b).toBe(100);
    // Of 100 the expected 90 are missed by more than 15 once in a million.
    expect(b).toBeGreaterThanOrEqual(75);
    expect(a).toBeGreaterThan(0);
  });

  it("leaves a fallback alone while a primary is well", async () => {
    await sendTimes(30, "/spare");
    expect(counts("/spare")).toEqual([30, 0, 0]);
  });

  it("keeps one key to one origin, and spreads keys", async () => {
    const answers = new Map<string, Set<string>>();
    const seen = new Set<string>();
    for (let time = 0; time < 60; time += 1) {
      const user = `user-${time % 20}`;
      const reply = await send(gateway, "/sticky", { fields: [["X-User", user]] });
      seen.add(reply.text());
      answers.set(user, (answers.get(user) ?? new Set()).add(reply.text()));
    }
    expect([...answers.values()].map(({ size }) => size)).toEqual(Array.from({ length: 20 }, () => 1));
    expect(seen.size).toBe(3);
  });

  it("spreads requests without a key", async () => {
    const texts = (await sendTimes(40, "/sticky")).map((reply) => reply.text());
    expect(new Set(texts).size).toBe(3);
  });
});

describe("a member of a pool", () => {
  const last = () => origins[2]?.requests().at(-1);

  it("is asked under its own host, base path and fields, without the prefix that it does not know", async () => {
    const reply = await send(gateway, "/shop/cart?x=1", {
      fields: [
        ["X-Region", "us"],
        ["X-Other", "kept"],
      ],
    });
    expect(reply.status).toBe(200);
    expect(last()?.target).toBe("/v2/cart?x=1");
    expect(last()?.field("Host")).toMatch(/^localhost:\d+$/);
    expect(last()?.lines("X-Region")).toEqual(["eu"]);
    expect(last()?.field("X-Other")).toBe("kept");
    expect(last()?.field("X-Forwarded-Host")).toBe(new URL(gateway.url).host);
  });

  it.each([
    ["/shop", "/v2/"],
    ["/shop/", "/v2/"],
    ["/shop//a", "/v2/a"],
    ["/shopping", "/v2/shopping"],
    ["/shop/shop/a", "/v2/shop/a"],
  ])("asked for %s is asked for %s", async (path, target) => {
    await send(gateway, path);
    expect(last()?.target).toBe(target);
  });

  it.each([
    ["/v2/new", "/shop/new"],
    ["/elsewhere", "/elsewhere"],
    ["https://other.example/v2/new", "https://other.example/v2/new"],
  ])("that redirects to %s leads the client to %s", async (location, seen) => {
    origins[2]?.serve("/v2/moved", { status: 302, fields: [["Location", location]] });
    expect((await send(gateway, "/shop/moved")).field("Location")).toBe(seen);
  });

  it("that redirects to itself by name leads the client to the gateway", async () => {
    const port = new URL(origins[2]?.url ?? "").port;
    origins[2]?.serve("/v2/moved", {
      status: 302,
      fields: [["Location", `http://localhost:${port}/v2/new?y=2`]],
    });
    expect((await send(gateway, "/shop/moved")).field("Location")).toBe(`${gateway.url}/shop/new?y=2`);
  });

  it("does not change what the cache asks with", async () => {
    await send(gateway, "/shop/cached");
    expect(last()?.lines("Accept-Encoding")).toEqual(["identity"]);
    expect((await send(gateway, "/shop/cached")).field("Cache-Status")).toContain("hit");
  });

  it("carries bodies and WebSockets like one origin", async () => {
    await send(gateway, "/plain/post", { method: "POST", body: "hello" });
    const posted = origins.flatMap((origin) => origin.requests("/plain/post"));
    expect(posted.map((request) => request.body().toString())).toEqual(["hello"]);
    (await openWebSocket(gateway, "/plain/socket")).close();
  });
});

// Which route a request takes: the first that fits its path, method and host; and what it gets when none fits.

import { describe, expect, it } from "vitest";
import { newAddress, send, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

// Each route has a limit of its own, so the limit that a response names tells which route was taken.
const limits = { exact: 11, parameter: 12, folder: 13, write: 14, host: 15, late: 16, root: 17, tenant: 18 };
const policies = Object.fromEntries(
  Object.entries(limits).map(([name, limit]) => [
    name,
    { algorithm: "token-bucket", limit, window: "1h", key: "ip" },
  ]),
);
const routes = [
  { path: "/exact", policies: ["exact"] },
  { path: "/users/:id", methods: ["POST", "PUT"], policies: ["write"] },
  { path: "/users/:id", methods: ["GET"], policies: ["parameter"] },
  { path: "/files/*", policies: ["folder"] },
  { path: "/hosted", hosts: ["api.example", "www.example"], policies: ["host"] },
  { path: "/tenant/{id}", hosts: ["*.tenants.example", "tenants.example"], policies: ["tenant"] },
  { path: "/files/late", policies: ["late"] },
  { path: "/", policies: ["root"] },
];

const { origin, gateway } = await startStand({ policies, routes });
const strict = await startStand({ policies, routes, caseSensitive: true });

async function routeOf(path: string, options: RequestOptions = {}, to = gateway): Promise<string> {
  const reply = await send(to, path, { ip: newAddress(), ...options });
  if (reply.status === 404) return "none";
  return (
    Object.entries(limits).find(([, limit]) => reply.field("X-RateLimit-Limit") === String(limit))?.[0] ??
    "unlimited"
  );
}

describe("a route's path", () => {
  it.each<readonly [string, string]>([
    ["/exact", "exact"],
    ["/exact/", "exact"],
    ["/EXACT", "exact"],
    ["/exact?x=1", "exact"],
    ["/exactly", "none"],
    ["/exact/more", "none"],
    ["/users/1", "parameter"],
    ["/users/1/", "parameter"],
    ["/users/a%20b", "parameter"],
    ["/users", "none"],
    ["/users/", "none"],
    ["/users/1/posts", "none"],
    ["/files", "folder"],
    ["/files/", "folder"],
    ["/files/a/b/c", "folder"],
    ["/filesystem", "none"],
    ["/files/late", "folder"],
    ["/", "root"],
    ["/other", "none"],
  ])("%s takes %s", async (path, expected) => {
    expect(await routeOf(path)).toBe(expected);
  });

  it("minds case when it is told to", async () => {
    expect(await routeOf("/EXACT", {}, strict.gateway)).toBe("none");
    expect(await routeOf("/exact", {}, strict.gateway)).toBe("exact");
  });
});

describe("a route's methods", () => {
  it("tell requests of one path apart, and GET is also HEAD", async () => {
    expect(await routeOf("/users/1", { method: "POST" })).toBe("write");
    expect(await routeOf("/users/1", { method: "PUT" })).toBe("write");
    expect(await routeOf("/users/1", { method: "HEAD" })).toBe("parameter");
    expect(await routeOf("/users/1", { method: "DELETE" })).toBe("none");
  });
});

describe("a route's hosts", () => {
  it.each(["api.example", "API.Example", "api.example:8443", "www.example"])("include %s", async (host) => {
    expect(await routeOf("/hosted", { fields: [["Host", host]] })).toBe("host");
  });

  it.each(["other.example", "api.example.evil", "evil-api.example"])("exclude %s", async (host) => {
    expect(
      await routeOf("/hosted", {
        fields: [
          ["Host", host],
          ["X-Forwarded-Host", "api.example"],
        ],
      }),
    ).toBe("none");
  });
});

describe("no route", () => {
  it("is a 404 problem that the origin never sees and that no limit counts", async () => {
    const reply = await send(gateway, "/nothing/here");
    expect(reply.status).toBe(404);
    expect(reply.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(reply.json()).toMatchObject({ status: 404, code: expect.any(String) as string });
    expect(reply.field("X-RateLimit-Limit")).toBeUndefined();
    expect(origin.requests("/nothing/here")).toEqual([]);
  });
});

describe("a route's hosts with a wildcard", () => {
  it.each<readonly [string, string]>([
    ["a.tenants.example", "tenant"],
    ["A.B.Tenants.Example", "tenant"],
    ["a.tenants.example:8080", "tenant"],
    ["a.tenants.example.", "tenant"],
    ["tenants.example", "tenant"],
    ["nottenants.example", "none"],
    ["a.tenants.example.evil.example", "none"],
  ])("%s takes %s", async (host, expected) => {
    expect(await routeOf("/tenant/7", { fields: [["Host", host]] })).toBe(expected);
  });
});

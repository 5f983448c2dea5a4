import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { matchRoute } from "../../../src/core/routes/match-route.ts";

/** The name of the route that a request meets, by routes as a configuration writes them. */
function match(
  routes: readonly unknown[],
  { method = "GET", host = "api.example.com", path = "/" }: { method?: string; host?: string; path?: string },
): string | undefined {
  const config = parseConfig({ origin: "zone", policies: {}, routes });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  return matchRoute(config.value.routes, { method, host, path })?.name;
}

describe("matchRoute()", () => {
  test("finds the first that fits, in the configuration's order", () => {
    const routes = [{ path: "/a/:id" }, { path: "/a/*" }, { path: "/a/b" }, { path: "/*" }];
    expect([
      match(routes, { path: "/a/b" }),
      match(routes, { path: "/a" }),
      match(routes, { path: "/b" }),
    ]).toEqual(["/a/:id", "/a/*", "/*"]);
  });

  test("finds none where none fits", () => {
    expect(match([{ path: "/a" }, { path: "/*", methods: ["POST"] }], { path: "/b" })).toBeUndefined();
  });

  const methods: readonly (readonly [routes: readonly string[], method: string, fits: boolean])[] = [
    [["GET"], "GET", true],
    [["GET"], "HEAD", true],
    [["GET"], "POST", false],
    [["HEAD"], "HEAD", true],
    [["HEAD"], "GET", false],
    [["POST", "PUT"], "PUT", true],
    [["POST", "PUT"], "HEAD", false],
    [["PROPFIND"], "PROPFIND", true],
  ];
  test.each(methods)("of a route for %j: %s fits is %s", (given, method, fits) => {
    expect(match([{ path: "/*", methods: given }], { method }) !== undefined).toBe(fits);
  });

  test("of a route without methods fits every method", () => {
    for (const method of ["GET", "HEAD", "POST", "OPTIONS", "PURGE"]) {
      expect(match([{ path: "/*" }], { method })).toBe("/*");
    }
  });

  test("minds the domains that the route's hosts are below", () => {
    const routes = [{ path: "/*", hosts: ["*.a.example", "b.example"], methods: ["GET"] }, { path: "/*" }];
    const hosts = [
      "x.a.example",
      "x.y.a.example",
      "b.example",
      "a.example",
      ".a.example",
      "xa.example",
      "x.b.example",
    ];
    const taken = hosts.filter((host) => match(routes, { host }) === "GET /*");
    expect(taken).toEqual(["x.a.example", "x.y.a.example", "b.example"]);
  });

  test("minds the route's hosts", () => {
    const routes = [{ path: "/*", hosts: ["a.example", "[::1]"], methods: ["GET"] }, { path: "/*" }];
    expect(
      ["a.example", "[::1]", "b.example", "sub.a.example", ""].map((host) => match(routes, { host })),
    ).toEqual(["GET /*", "GET /*", "/*", "/*", "/*"]);
  });
});

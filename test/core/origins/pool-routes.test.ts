// What a route or the configuration may name as its pool.

import { describe, expect, test } from "vitest";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

const A = "https://a.example";

describe("what leads to a pool", () => {
  const origins = { orders: { members: [A] }, media: { members: ["https://m.example"] } };
  const poolsOf = (over: Readonly<Record<string, unknown>>, vars = {}): readonly (string | undefined)[] =>
    toConfig(toInput({ origins, ...over }), vars).routes.map(({ pool }) => pool?.name);

  test("is a route's origin, and the configuration's where a route names none", () => {
    const routes = [{ path: "/m/*", origin: "media" }, { path: "/*" }];
    expect(poolsOf({ routes })).toEqual(["media", undefined]);
    expect(poolsOf({ routes, origin: "orders" })).toEqual(["media", "orders"]);
  });

  test("is ORIGIN_URL in place of the configuration's origin, and not of a route's", () => {
    const routes = [{ path: "/m/*", origin: "media" }, { path: "/*" }];
    expect(poolsOf({ routes, origin: "orders" }, { ORIGIN_URL: "http://127.0.0.1:9" })).toEqual([
      "media",
      undefined,
    ]);
    expect(poolsOf({ routes }, { ORIGIN_URL: "orders" })).toEqual(["media", "orders"]);
  });

  test.each([
    [
      { origin: "ordres" },
      'origin: must name an origin pool, received "ordres"; did you mean "orders"? [unknown-pool]',
    ],
    [
      { routes: [{ path: "/*", origin: "ordres" }] },
      'routes.0.origin: must name an origin pool, received "ordres"; did you mean "orders"? [unknown-pool]',
    ],
    [
      { routes: [{ path: "/*", origin: "constructor" }] },
      'routes.0.origin: must name an origin pool, received "constructor" [unknown-pool]',
    ],
    [
      { routes: [{ path: "/*", origin: A }] },
      `routes.0.origin: must name an origin pool, received "${A}" [unknown-pool]`,
    ],
    [
      { routes: [{ path: "/*", origin: 5 }] },
      "routes.0.origin: must be the name of an origin pool, received 5 [invalid]",
    ],
    [{ origins: [] }, "origins: must be an object of origin pools, received an array [invalid]"],
  ])("refuses %j", (over, problem) => {
    expect(toProblems(toInput({ origins, ...over }))).toEqual([problem]);
  });
});

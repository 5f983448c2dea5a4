import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

function toConfig(route: object, pool: object = {}): ReturnType<typeof parseConfig> {
  const members = [
    { url: "https://a.example/v1", credential: { secret: "FB", query: "access_token", appSecret: "APP" } },
    { url: "https://b.example", credential: { secret: "FB_2", query: "access_token" } },
  ];
  return parseConfig({
    origin: "api",
    policies: {},
    origins: { api: { members, ...pool } },
    routes: [{ path: "/*", ...route }],
  });
}

const graph = { feedback: { profile: "facebook-graph", otherScopes: "pool" } };

test("a route's links are those that it names, or those of its pool's profile", () => {
  for (const [route, pool, count] of [
    [{}, graph, 2],
    [{ links: { fields: ["*"] } }, graph, 1],
    [{ links: { fields: [] } }, graph, undefined],
    [{ links: { origins: ["https://c.example"] } }, graph, 2],
    [{ links: { fields: "url" } }, {}, 1],
    [{}, {}, undefined],
  ] as const) {
    const config = toConfig(route, pool);
    expect(config.ok ? config.value.routes[0]?.links?.fields.length : config.error).toBe(count);
  }
});

test("what a route's links hide is what its pool's credentials stand in", () => {
  const config = toConfig({ credential: { secret: "KEY", query: "key" } }, graph);
  expect(config.ok && config.value.routes[0]?.links).toMatchObject({
    hidden: ["key", "access_token", "appsecret_proof"],
    members: [{ base: "https://a.example/v1" }, { base: "https://b.example" }],
  });
});

test.each([[{}], [{ origins: ["https://c.example"] }], [{ fields: [], origins: ["https://c.example"] }]])(
  "links of %j are refused where nothing says which members have any",
  (links) => {
    const config = toConfig({ links });
    expect(config.ok ? [] : config.error.map(({ path }) => path)).toEqual(["routes.0.links.fields"]);
  },
);

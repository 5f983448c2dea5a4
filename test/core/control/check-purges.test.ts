import { describe, expect, test } from "vitest";
import type { Purge } from "../../../src/core/cache/purge-state.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { checkPurges } from "../../../src/core/control/check-purges.ts";

function toConfig(routes: readonly object[]): Parameters<typeof checkPurges>[1] {
  const parsed = parseConfig({ origin: "zone", policies: {}, routes });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const cache = { ttl: "1m" };
const config = toConfig([
  { path: "/img/private/*" },
  { path: "/img/*", cache },
  { path: "/users/:id/photo", hosts: ["api.example"], cache },
]);
const url = (text: string): Purge => ({ kind: "url", url: text });
const prefix = (text: string): Purge => ({ kind: "prefix", url: text });

describe("checkPurges()", () => {
  test.each([
    url("https://a.example/img/a?b=1"),
    url("https://a.example/IMG/a"),
    url("https://api.example:8787/users/7/photo"),
    prefix("https://a.example/"),
    prefix("https://a.example/im"),
    prefix("https://a.example/img/a/b/c"),
    prefix("https://api.example/users/7/pho"),
    { kind: "path", url: "https://a.example/img/a" } as const,
    { kind: "tag", tag: "any" } as const,
    { kind: "everything" } as const,
  ])("lets pass what a route may keep: %j", (purge) => {
    expect(checkPurges([purge], config)).toEqual([]);
  });

  test.each([
    url("https://a.example/image"),
    url("https://a.example/img/private/a"),
    url("https://other.example/users/7/photo"),
    prefix("https://a.example/images/"),
    prefix("https://other.example/users/"),
    prefix("https://api.example/users/7/photo/large"),
  ])("finds what no route keeps: %j", (purge) => {
    expect(checkPurges([purge], config)).toMatchObject([
      { path: purge.kind === "url" ? "urls" : "prefixes" },
    ]);
  });

  test("finds every purge vain where no route has a cache", () => {
    const none = toConfig([{ path: "/*" }]);
    expect(checkPurges([{ kind: "everything" }], none)).toMatchObject([{ message: "no route has a cache" }]);
  });
});

import { expect, test } from "vitest";
import { findVainCache, type WrangledAddress } from "../../src/cli/find-vain-cache.ts";
import { readEnvironment } from "../../src/cli/deploy.ts";
import { toConfig, toInput } from "../core/config/config-input.ts";

const cached = toConfig(toInput());
const uncached = toConfig(toInput({ policies: {}, routes: [{ path: "/*" }] }));
const only = (address: WrangledAddress) => (): WrangledAddress => address;

test("findVainCache() says it where workers.dev is the only address", () => {
  for (const address of [{}, { workers_dev: true }, { workers_dev: true, routes: [] }])
    expect(findVainCache(cached, undefined, only(address))).toContain("the cache of routes.0 has no effect");
  expect(findVainCache(cached, "sandbox", only({}))).toContain("[env.sandbox] of wrangler.toml");
});

test("findVainCache() says nothing where there is another address, or nothing is cached", () => {
  for (const address of [
    { workers_dev: true, routes: ["a.example/*"] },
    { route: "a.example/*" },
    { workers_dev: false },
  ])
    expect(findVainCache(cached, undefined, only(address))).toBeUndefined();
  expect(findVainCache(uncached, undefined, () => expect.fail("read"))).toBeUndefined();
});

test("findVainCache() reads wrangler.toml, each environment by itself", () => {
  for (const env of [undefined, "", "sandbox", "production"])
    expect([env, findVainCache(cached, env)]).toEqual([env, expect.stringContaining("workers.dev")]);
});

test("readEnvironment() takes wrangler's ways of naming one", () => {
  expect(readEnvironment(["--dry-run", "--env", "a"], {})).toBe("a");
  expect(readEnvironment(["-e", "b"], {})).toBe("b");
  expect(readEnvironment(["--env=c"], { CLOUDFLARE_ENV: "d" })).toBe("c");
  expect(readEnvironment(["--dry-run"], { CLOUDFLARE_ENV: "d" })).toBe("d");
  expect(readEnvironment([], {})).toBeUndefined();
});

import { expect, test } from "vitest";
import type { Facts } from "../../../src/core/keys/facts.ts";
import { toAffinityHash } from "../../../src/core/origins/affinity-hash.ts";
import { toPool } from "./pools.ts";

const parts = toPool({ affinity: ["header:x-user", "header:x-shop"] }).affinity ?? [];

function hashOf(user: string | undefined, shop: string | undefined): number | undefined {
  const values: Readonly<Record<string, string | undefined>> = { "x-user": user, "x-shop": shop };
  return toAffinityHash(parts, { header: (name: string) => values[name] } as unknown as Facts);
}

test("toAffinityHash() tells keys apart, also where their values read the same in a row", () => {
  expect(hashOf("a", "b")).toBe(hashOf("a", "b"));
  const hashes = [hashOf("a", "b"), hashOf("ab", ""), hashOf("", "ab"), hashOf("b", "a"), hashOf("1:a", "b")];
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("toAffinityHash() is undefined when a part is missing", () => {
  expect([hashOf(undefined, "b"), hashOf("a", undefined)]).toEqual([undefined, undefined]);
});

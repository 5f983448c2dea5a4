// Merge patches of one level.

import { expect, test } from "vitest";
import { mergePatch } from "../../../src/core/control/merge-patch.ts";

test("mergePatch() replaces, adds and removes, and reaches no prototype", () => {
  const patch = JSON.parse('{"b":null,"c":3,"__proto__":{"x":1}}') as Record<string, unknown>;
  const merged = mergePatch({ a: 1, b: 2 }, patch);
  expect(Object.entries(merged)).toEqual([
    ["a", 1],
    ["c", 3],
    ["__proto__", { x: 1 }],
  ]);
  expect((merged as { readonly x?: unknown }).x).toBeUndefined();
});

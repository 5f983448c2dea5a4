// What changes between two configurations.

import fc from "fast-check";
import { expect, test } from "vitest";
import { diffValues } from "../../../src/core/control/diff-values.ts";

test("diffValues() names every leaf that changes, comes or goes", () => {
  const before = { policies: { a: { limit: 1, key: "ip" }, b: { limit: 2 } }, routes: [{ path: "/x" }] };
  const after = { policies: { a: { limit: 5, key: ["ip"] } }, routes: [{ path: "/x" }, { path: "/y" }] };
  expect(diffValues(before, after, 10)).toEqual([
    { path: "policies.a.limit", before: 1, after: 5 },
    { path: "policies.a.key", before: "ip", after: ["ip"] },
    { path: "policies.b", before: { limit: 2 } },
    { path: "routes.1", after: { path: "/y" } },
  ]);
});

test("diffValues() stops at the most", () => {
  expect(diffValues({ a: 1, b: 1, c: 1 }, { a: 2, b: 2, c: 2 }, 2)).toHaveLength(2);
});

test("diffValues() finds nothing between equal values, and something between others", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const copy = JSON.parse(JSON.stringify(one)) as unknown;
      expect(diffValues(one, copy, 10)).toEqual([]);
      const isSame = JSON.stringify(one) === JSON.stringify(other);
      if (!isSame && JSON.stringify(diffValues(one, other, 10)) === "[]") expect(one).toEqual(other);
    }),
  );
});

import { expect, test } from "vitest";
import { listOf, toEntries } from "../../../src/core/schema/list-of.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { integerBetween, oneOf } from "../../../src/core/schema/primitives.ts";

const way = listOf(oneOf(["a", "b"]), "way", { most: 2 });

function read(given: unknown, schema = way): unknown {
  const parsed = parseWith(schema, given, "it");
  return parsed.ok ? parsed.value : parsed.error.map(({ path, message }) => `${path}: ${message}`);
}

test.each([
  ["a", ["a"]],
  [
    ["b", "a"],
    ["b", "a"],
  ],
  ["c", ['it.0: must be one of "a", "b", received "c"']],
  [[], ["it: must name at least one way, received an array"]],
  [["a", "b", "a"], ["it: must name at most 2 ways, received an array"]],
  [{ a: true }, ["it: must be a list of ways, received an object"]],
  [null, ["it: must be a list of ways, received null"]],
  [undefined, ["it: must be a list of ways, received nothing"]],
])("listOf() reads %j as %j", (given, wanted) => {
  expect(read(given)).toEqual(wanted);
});

test("listOf() takes one number for a list of it, and may take none", () => {
  const parsed = parseWith(listOf(integerBetween(1, 9), "country", { least: 0, most: 1 }), 7);
  expect(parsed).toEqual({ ok: true, value: [7] });
  expect(parseWith(listOf(integerBetween(1, 9), "status", { least: 0 }), [])).toEqual({
    ok: true,
    value: [],
  });
});

test.each([
  ["policy", "policies"],
  ["way", "ways"],
  ["status", "statuses"],
])("listOf() says %s in the plural: %s", (thing, things) => {
  const parsed = parseWith(listOf(oneOf(["a"]), thing), {});
  expect(parsed.ok ? "" : parsed.error[0]?.message).toBe(`must be a list of ${things}, received an object`);
});

test.each([
  ["a", ["a"]],
  [5, [5]],
  [
    ["a", 5],
    ["a", 5],
  ],
  [{}, []],
  [undefined, []],
])("toEntries() of %j is %j", (given, entries) => {
  expect(toEntries(given)).toEqual(entries);
});

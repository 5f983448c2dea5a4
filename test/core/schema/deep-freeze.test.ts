import { expect, test } from "vitest";
import { deepFreeze } from "../../../src/core/schema/deep-freeze.ts";

test("deepFreeze() freezes a value with everything in it, also below what is frozen already", () => {
  const value = { list: [{ a: 1 }], frozen: Object.freeze({ open: { b: 2 } }), text: "x", none: null };
  expect(deepFreeze(value)).toBe(value);
  const parts = [value, value.list, value.list[0], value.frozen, value.frozen.open];
  expect(parts.map((part) => Object.isFrozen(part))).toEqual([true, true, true, true, true]);
});

test.each([undefined, null, 1, "a", true])("deepFreeze() gives %j back", (value) => {
  expect(deepFreeze(value)).toBe(value);
});

import { expect, test } from "vitest";
import { parseTraceparent } from "../../../src/core/http/trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT = "00f067aa0ba902b7";
const READ = `00-${TRACE}-${PARENT}-01`;

test("parseTraceparent() reads version 0, and of later ones the members that they all have", () => {
  expect(parseTraceparent(READ)).toBe(READ);
  expect(parseTraceparent(`cc-${TRACE}-${PARENT}-01`)).toBe(`cc-${TRACE}-${PARENT}-01`);
  expect(parseTraceparent(`cc-${TRACE}-${PARENT}-01-what-comes`)).toBe(`cc-${TRACE}-${PARENT}-01`);
});

test.each([
  undefined,
  "",
  "mine",
  `ff-${TRACE}-${PARENT}-01`,
  `00-${"0".repeat(32)}-${PARENT}-01`,
  `00-${TRACE}-${"0".repeat(16)}-01`,
  `00-${TRACE.toUpperCase()}-${PARENT}-01`,
  `00-${TRACE}-${PARENT}-01-more`,
  `cc-${TRACE}-${PARENT}-01.more`,
  `${READ}, ${READ}`,
  ` ${READ}`,
  `cc-${TRACE}-${PARENT}-01-${"x".repeat(600)}`,
])("parseTraceparent() reads nothing of %j", (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

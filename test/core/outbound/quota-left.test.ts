import { expect, test } from "vitest";
import { QuotaLeft } from "../../../src/core/outbound/quota-left.ts";

test("what is left is what was seen last, or what the origin says where that is less; nothing while there is none", () => {
  const left = new QuotaLeft();
  expect(left.read(0)).toBe(1);
  left.note(10, 40);
  expect([left.read(0), left.read(0, 0.9), left.read(0, 2)]).toEqual([0.25, expect.closeTo(0.1), 0.001]);
  left.note(Infinity, 40);
  left.note(5, 0);
  expect(left.read(0)).toBe(0.25);
  left.empty(1_000);
  expect([left.read(999), left.waitMs(999), left.read(1_000), left.waitMs(1_000)]).toEqual([0, 1, 1, 0]);
});

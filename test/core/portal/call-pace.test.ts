import { expect, test } from "vitest";
import { CallPace, CALLS_AT_ONCE } from "../../../src/core/portal/call-pace.ts";

test("take() lets a consumer ask so often at once, then once a second, and the wait it says is exact", () => {
  const pace = new CallPace();
  for (let turn = 0; turn < CALLS_AT_ONCE; turn += 1) expect(pace.take("acme", 1_000)).toBe(0);
  expect(pace.take("acme", 1_000)).toBe(1_000);
  expect(pace.take("acme", 1_999)).toBe(1);
  expect(pace.take("acme", 2_000)).toBe(0);
  expect(pace.take("acme", 2_000)).toBe(1_000);
});

test("take() counts each consumer by itself", () => {
  const pace = new CallPace();
  for (let turn = 0; turn <= CALLS_AT_ONCE; turn += 1) pace.take("acme", 0);
  expect(pace.take("acme", 0)).toBeGreaterThan(0);
  expect(pace.take("other", 0)).toBe(0);
});

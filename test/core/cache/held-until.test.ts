import { expect, test } from "vitest";
import { isNeverFresh, KNOWN_MS, toHeldUntilMs } from "../../../src/core/cache/held-until.ts";
import { RECORD_VERSION, RETENTION_MS_MAX } from "../../../src/core/cache/stored-response.ts";
import { NOW_MS, record } from "./samples.ts";

const DAY_MS = 86_400_000;

test.each([
  ["while it is fresh", { "cache-control": "max-age=60" }, 60_000],
  ["what it has of its lifetime on arrival", { "cache-control": "max-age=60", age: "20" }, 40_000],
  [
    "that comes stale for as long as it may be used so",
    { "cache-control": "max-age=60, stale-while-revalidate=9", age: "70" },
    9_000,
  ],
  [
    "as long as it can be validated",
    { "cache-control": "no-cache, max-age=60", etag: '"a"' },
    DAY_MS + 60_000,
  ],
  [
    "as long as it can be validated, never being fresh",
    { "cache-control": "max-age=0", etag: '"a"' },
    DAY_MS,
  ],
  ["no longer than anything is kept", { "cache-control": `max-age=${400 * 86_400}` }, RETENTION_MS_MAX],
])("toHeldUntilMs() holds a record %s", (_, answer, heldMs) => {
  expect(toHeldUntilMs(record({ answer }), NOW_MS + 5_000) - NOW_MS).toBe(heldMs);
});

test("toHeldUntilMs() believes an index for a second", () => {
  const index = { version: RECORD_VERSION, kind: "index", sets: [["accept"]] } as const;
  expect(toHeldUntilMs(index, NOW_MS)).toBe(NOW_MS + KNOWN_MS);
  expect(KNOWN_MS).toBe(1_000);
});

test.each([
  ["max-age=60", false],
  ["max-age=60, must-revalidate", false],
  ["max-age=0", true],
  ["no-cache, max-age=60", true],
])("isNeverFresh() of %s is %s", (cacheControl, isNever) => {
  expect(isNeverFresh(record({ answer: { "cache-control": cacheControl } }))).toBe(isNever);
});

import { describe, expect, it } from "vitest";
import { RETENTION_MS_MAX, toRetentionMs } from "../../../src/core/cache/stored-response.ts";
import { type FieldObject, record } from "./samples.ts";

describe("toRetentionMs()", () => {
  it.each<[string, FieldObject, number]>([
    [
      "what is left of the lifetime, without a time for an origin that is silent",
      { "cache-control": "max-age=60, stale-if-error=0", age: "20" },
      40_000,
    ],
    ["ten minutes more with one", { "cache-control": "max-age=60", age: "20" }, 640_000],
    [
      "the longest stale time",
      { "cache-control": "max-age=60, stale-while-revalidate=5, stale-if-error=30" },
      90_000,
    ],
    ["a day for a validator", { "cache-control": "max-age=60", etag: '"a"' }, 60_000 + 86_400_000],
    [
      "a day from now when stale on arrival",
      { "cache-control": "max-age=60", age: "90", etag: '"a"' },
      86_400_000,
    ],
    ["no stale time that is forbidden", { "cache-control": "s-maxage=60, stale-if-error=30" }, 60_000],
    ["no more than 30 days", { "cache-control": "max-age=31536000" }, RETENTION_MS_MAX],
  ])("is %s", (_name, answer, retentionMs) => {
    expect(toRetentionMs(record({ answer }))).toBe(retentionMs);
  });
});

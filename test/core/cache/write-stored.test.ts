import { describe, expect, it } from "vitest";
import { parseStored } from "../../../src/core/cache/parse-stored.ts";
import { isWritable, writeStored } from "../../../src/core/cache/write-stored.ts";
import { record } from "./samples.ts";

function withField(value: string): ReturnType<typeof record> {
  return { ...record(), fields: [["x", value]] };
}

describe("writeStored()", () => {
  it("writes what a header line can hold, and what is read back as it was", () => {
    const stored = withField('\u00e9 \u0000 \u2028 \ud83d\ude00 "\\');
    const text = writeStored(stored) ?? "";
    expect(text).toMatch(/^[ -~]+$/);
    expect(parseStored(text)).toEqual(stored);
  });

  it("writes 16,000 characters and no more, escapes counted", () => {
    const room = 16_000 - (writeStored(withField(""))?.length ?? 0);
    expect(writeStored(withField("a".repeat(room)))).toHaveLength(16_000);
    expect(writeStored(withField("a".repeat(room + 1)))).toBeUndefined();
    expect(writeStored(withField("\u00e9".repeat(Math.ceil(room / 6) + 1)))).toBeUndefined();
  });
});

describe("isWritable()", () => {
  it("counts the length that a body may turn out to have", () => {
    const free = { ...withField(""), bodyBytes: null };
    const room = 16_000 - (writeStored(free)?.length ?? 0);
    const full = { ...withField("a".repeat(room)), bodyBytes: null };
    expect([isWritable(full, 9_999), isWritable(full, 99_999)]).toEqual([true, false]);
    expect(isWritable({ ...full, bodyBytes: 1 }, 99_999)).toBe(true);
  });
});

import { describe, expect, it } from "vitest";
import { readTags } from "../../../src/core/cache/tags.ts";
import { readerOf } from "./samples.ts";

describe("readTags()", () => {
  it("reads both fields, lowers case and drops duplicates", () => {
    const fields = readerOf({ "cache-tag": "Shop, item 7 ,,shop", "surrogate-key": "item-8  shop" });
    expect(readTags(fields)).toEqual({ tags: ["shop", "item 7", "item-8"], isCut: false });
  });

  it("has none without them", () => {
    expect(readTags(readerOf({}))).toEqual({ tags: [], isCut: false });
  });

  it("keeps 128 tags of 256 characters and says that there were more", () => {
    const many = Array.from({ length: 129 }, (_, index) => `t${index}`);
    expect(readTags(readerOf({ "cache-tag": many.slice(0, 128).join() }))).toMatchObject({ isCut: false });
    const cut = readTags(readerOf({ "cache-tag": many.join() }));
    expect([cut.tags.length, cut.isCut]).toEqual([128, true]);
    expect(readTags(readerOf({ "surrogate-key": `a ${"x".repeat(257)}` }))).toEqual({
      tags: ["a"],
      isCut: true,
    });
  });
});

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRanges } from "../../../src/core/cache/byte-ranges.ts";

/** As "first-last", joined. */
function show(range: string, totalBytes = 10): string {
  const outcome = parseRanges(range, totalBytes);
  return typeof outcome === "string"
    ? outcome
    : outcome.map(({ first, last }) => `${first}-${last}`).join(" ");
}

describe("parseRanges() (RFC 9110 section 14)", () => {
  it.each([
    ["bytes=0-1", "0-1"],
    ["BYTES=0-1", "0-1"],
    ["bytes=0-0", "0-0"],
    ["bytes=1-", "1-9"],
    ["bytes=-3", "7-9"],
    ["bytes=-10", "0-9"],
    ["bytes=-99", "0-9"],
    ["bytes=5-99", "5-9"],
    ["bytes=9-9", "9-9"],
    ["bytes=0-1,4-5", "0-1 4-5"],
    ["bytes=4-5, 0-1", "4-5 0-1"],
    ["bytes= 0-1 ,, 4-5 ", "0-1 4-5"],
    ["bytes=0-1,20-30", "0-1"],
    ["bytes=0-1,-0", "0-1"],
    ["bytes=0-4,2-6", "0-6"],
    ["bytes=0-1,2-3", "0-3"],
    ["bytes=8-9,0-1,1-8", "0-9"],
    ["bytes=0-,0-,0-", "0-9"],
    ["bytes=6-7,0-1,3-3,2-2", "6-7 0-3"],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=10-20,30-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", "ignore"],
    ["bytes=", "ignore"],
    ["bytes=-", "ignore"],
    ["bytes=,", "ignore"],
    ["bytes=a-b", "ignore"],
    ["bytes=0-1;2", "ignore"],
    ["bytes=1", "ignore"],
    ["bytes=0-1,x", "ignore"],
    ["bytes 0-1", "ignore"],
    ["lines=0-1", "ignore"],
    ["0-1", "ignore"],
    ["bytes=0-9999999999999999", "ignore"],
    ["", "ignore"],
  ])("%j of 10 bytes: %s", (range, expected) => {
    expect(show(range)).toBe(expected);
  });

  it("takes 16 ranges and ignores more", () => {
    const ranges = Array.from({ length: 17 }, (_, index) => `${index * 3}-${index * 3}`);
    expect(show(`bytes=${ranges.slice(0, 16).join()}`, 100).split(" ")).toHaveLength(16);
    expect(show(`bytes=${ranges.join()}`, 100)).toBe("ignore");
  });

  it("ignores ranges of an empty body", () => {
    expect(show("bytes=0-", 0)).toBe("ignore");
    expect(show("bytes=-1", 0)).toBe("ignore");
  });

  it("gives exactly the bytes that were asked for, each once, apart from each other", () => {
    const specifier = fc.oneof(
      fc.tuple(fc.nat(30), fc.nat(30)).map(([first, length]) => `${first}-${first + length}`),
      fc.nat(30).map((first) => `${first}-`),
      fc.nat(30).map((length) => `-${length}`),
    );
    fc.assert(
      fc.property(
        fc.array(specifier, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 25 }),
        (specifiers, totalBytes) => {
          const outcome = parseRanges(`bytes=${specifiers.join(",")}`, totalBytes);
          const given =
            typeof outcome === "string" ? [] : outcome.flatMap(({ first, last }) => toBytes(first, last));
          const asked = new Set(specifiers.flatMap((text) => toNaive(text, totalBytes)));
          expect(given.toSorted((a, b) => a - b)).toEqual([...asked].toSorted((a, b) => a - b));
          expect(outcome === "unsatisfiable").toBe(asked.size === 0);
        },
      ),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.nat(),
        (range, totalBytes) => void parseRanges(`bytes=${range}`, totalBytes),
      ),
    );
  });
});

function toBytes(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Every byte that a specifier names, by trying each. */
function toNaive(specifier: string, totalBytes: number): readonly number[] {
  const [first = "", last = ""] = specifier.split("-");
  return toBytes(0, totalBytes - 1).filter((byte) =>
    first === ""
      ? byte >= totalBytes - Number(last)
      : byte >= Number(first) && (last === "" || byte <= Number(last)),
  );
}

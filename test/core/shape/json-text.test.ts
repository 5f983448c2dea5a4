import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countElements, findFields, findValueEnd, isWithinDepth } from "../../../src/core/shape/json-text.ts";

/** With spaces or without. */
const written = fc
  .tuple(fc.jsonValue(), fc.constantFrom(0, 1, "\t"))
  .map(([value, indent]) => JSON.stringify(value, undefined, indent));
const list = fc.tuple(fc.array(written), fc.constantFrom("", " ", "\r\n"));
const toList = ([values, space]: readonly [readonly string[], string]): string =>
  `${space}[${space}${values.join(`${space},${space}`)}${space}]${space}`;

describe("findValueEnd()", () => {
  it("finds the end of every value, whatever follows it", () => {
    fc.assert(
      fc.property(written, fc.constantFrom("", ",", "]", "}", " ", ":1"), (value, rest) => {
        expect(findValueEnd(`x${value}${rest}`, 1)).toBe(value.length + 1);
      }),
    );
  });

  it("ends on every text", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[[\]{}",:\\ a1]*$/), (text) => {
        expect(findValueEnd(text, 0)).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe("isWithinDepth()", () => {
  it.each([
    ["7", 0],
    ['"[[["', 0],
    ["[]", 1],
    ['{"a":[{"b":"]]"}],"c":[]}', 3],
  ])("knows how deep %j is", (text, depth) => {
    expect(isWithinDepth(text, depth)).toBe(true);
    if (depth > 0) expect(isWithinDepth(text, depth - 1)).toBe(false);
  });
});

describe("countElements()", () => {
  it("counts the elements of every list, and no further than it is told", () => {
    fc.assert(
      fc.property(list, fc.nat(12), (given, most) => {
        expect(countElements(toList(given), most)).toBe(Math.min(given[0].length, most + 1));
      }),
    );
  });

  it.each(["", " ", "{}", '"[1,2]"', "7", "]", ",", "[", "[ ]"])("finds none in %j", (text) => {
    expect(countElements(text, 5)).toBe(0);
  });

  it("ends on every text, within its bound", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\[[[\]{}",:\\ a1]*$/), fc.nat(5), (text, most) => {
        expect(countElements(text, most)).toBeLessThanOrEqual(most + 1);
      }),
    );
  });
});

describe("findFields()", () => {
  it("finds in each object of a list what is parsed as its field", () => {
    fc.assert(
      fc.property(list, ([values, space]) => {
        const objects = values.map((value, at) =>
          at % 3 === 0 ? value : `{${space}"a":${value},"body"${space}:${space}${value}${space},"z":[]}`,
        );
        const found = findFields(toList([objects, space]), "body");
        const parsed = objects.map((object) => (JSON.parse(object) as { body?: unknown } | null)?.body);
        expect(found.map((text) => (text === undefined ? undefined : JSON.parse(text)))).toEqual(parsed);
      }),
    );
  });

  it("takes time in proportion to the text", () => {
    const find = (length: number): number => {
      const text = `[{"a":${JSON.stringify("\\".repeat(length))},"body":[${"0,".repeat(length)}0]}]`;
      const started = performance.now();
      expect(findFields(text, "body")).toHaveLength(1);
      return performance.now() - started;
    };
    find(20_000);
    expect(find(400_000)).toBeLessThan(200 * Math.max(1, find(20_000)));
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FieldMask, parseFieldMask } from "../../../src/core/shape/field-mask.ts";
import { showMask, someMask } from "./masks.ts";

function toPlain(mask: FieldMask | undefined): unknown {
  if (mask === undefined) return true;
  return Object.fromEntries([...mask].map(([name, below]) => [name, toPlain(below)]));
}

function parse(text: string): unknown {
  const parsed = parseFieldMask(text);
  return parsed.ok ? toPlain(parsed.value) : parsed.error;
}

describe("parseFieldMask()", () => {
  it.each([
    ["id", { id: true }],
    ["id,name", { id: true, name: true }],
    [
      "id,name,owner(name),items/price",
      { id: true, name: true, owner: { name: true }, items: { price: true } },
    ],
    ["a/b(c,d/e),f", { a: { b: { c: true, d: { e: true } } }, f: true }],
    ["a(b(c),d)", { a: { b: { c: true }, d: true } }],
    ["a(b),a(c)", { a: { b: true, c: true } }],
    ["a,a(b)", { a: true }],
    ["a(b),a", { a: true }],
    [String.raw`a\,b,c\/d,e\(f\),g\\h`, { "a,b": true, "c/d": true, "e(f)": true, "g\\h": true }],
    ["größe,価格,*", { größe: true, 価格: true, "*": true }],
  ])("reads %s", (text, mask) => {
    expect(parse(text)).toEqual(mask);
  });

  it.each([
    ["", "a field's name at character 1"],
    [",a", "a field's name at character 1"],
    ["a,", "a field's name at character 3"],
    ["a,,b", "a field's name at character 3"],
    ["a/", "a field's name at character 3"],
    ["a()", "a field's name at character 3"],
    ["a(b", 'a comma or a ")" at character 4'],
    ["a(b)c", "a comma at character 5"],
    ["a(b)/c", "a comma at character 5"],
    ["a)", "a comma at character 2"],
    ["a b", "a comma at character 2"],
    ["a\\", "a comma at character 2"],
    ["(a)", "a field's name at character 1"],
    [`${"a/".repeat(16)}a`, "at most 16 levels at character 32"],
  ])("says what is wrong with %j, and where", (text, wanted) => {
    expect(parse(text)).toBe(`must have ${wanted}`);
  });

  it("takes 16 levels, and 2,048 characters", () => {
    expect(parseFieldMask(`${"a(".repeat(15)}a${")".repeat(15)}`).ok).toBe(true);
    expect(parseFieldMask("a".repeat(2_048)).ok).toBe(true);
    expect(parse("a".repeat(2_049))).toBe("must have at most 2048 characters");
  });

  it("reads what a mask is written as", () => {
    fc.assert(
      fc.property(someMask, (mask) => {
        const parsed = parseFieldMask(showMask(mask));
        expect(parsed.ok && toPlain(parsed.value)).toEqual(toPlain(mask));
      }),
    );
  });

  it("ends well whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", ",", "/", "(", ")", "\\", " ", "\u0000", "é") }),
        (text) => {
          const parsed = parseFieldMask(text);
          if (!parsed.ok) expect(parsed.error).toMatch(/^must have /);
        },
      ),
    );
  });
});

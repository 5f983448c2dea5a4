import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BodyValue } from "../../../src/core/body/body-value.ts";
import { JsonScanner, scanJson } from "../../../src/core/body/json-scanner.ts";
import { toPathTree } from "../../../src/core/body/member-path.ts";

/** What JSON is made of, and what must not stand in it. */
const CHARS = '{ } [ ] , : " \\ u 0 e + - . t n \n \t \u0001'.split(" ");
const UNKNOWN = { kind: "unknown" };

function find(text: string, ...places: readonly string[]): Record<string, unknown> | undefined {
  const found = scanJson(text, toPathTree(places));
  return found && Object.fromEntries(found);
}

/** Some text cut into pieces at these shares of its length. */
function cut(text: string, shares: readonly number[]): readonly string[] {
  const at = shares.map((share) => Math.floor(share * text.length)).sort((one, other) => one - other);
  return [...at, text.length].map((end, index) => text.slice(at[index - 1] ?? 0, end));
}

function scanPieces(
  pieces: readonly string[],
  places: readonly string[],
): ReadonlyMap<string, BodyValue> | undefined {
  const scanner = new JsonScanner(toPathTree(places));
  for (const piece of pieces) scanner.write(piece);
  return scanner.end();
}

/** What a scanner must say of a value that JSON.parse made. */
function toExpected(value: unknown): unknown {
  if (value === null || value === undefined) return { kind: "missing" };
  if (typeof value === "string") return { kind: "text", text: value };
  if (typeof value === "boolean") return { kind: "boolean", text: String(value) };
  if (Array.isArray(value)) return { kind: "list", count: value.length };
  return typeof value === "object" ? { kind: "object" } : { kind: "number", text: JSON.stringify(value) };
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
const names = fc.constantFrom("model", "batch", "max_tokens", "x", "", "a.b", 'q"\\', "é☕");
const documents = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(names, tie("value"), { maxKeys: 6 }),
  ),
})).value;

describe("JsonScanner", () => {
  test("finds what JSON.parse finds, whatever stands around it and however the text is cut", () => {
    const objects = fc.dictionary(names, documents, { maxKeys: 8 });
    fc.assert(
      fc.property(objects, cuts, fc.boolean(), (object, shares, isSpaced) => {
        const text = JSON.stringify(object, null, isSpaced ? 2 : 0);
        const found = scanPieces(cut(text, shares), ["model", "batch", "max_tokens"]);
        for (const name of ["model", "batch", "max_tokens"])
          expect(found?.get(name) ?? { kind: "missing" }).toEqual(
            toExpected(Object.hasOwn(object, name) ? object[name] : undefined),
          );
      }),
      { numRuns: 500 },
    );
  });

  test("takes and refuses what JSON.parse takes and refuses, however the text is cut", () => {
    const mutated = fc
      .tuple(documents, fc.nat(200), fc.constantFrom(...CHARS, ""), fc.nat(2))
      .map(([value, at, char, gone]) => {
        const text = JSON.stringify(value);
        const from = at % (text.length + 1);
        return text.slice(0, from) + char + text.slice(from + gone);
      });
    fc.assert(
      fc.property(mutated, cuts, (text, shares) => {
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(scanPieces(cut(text, shares), ["model"]) !== undefined).toBe(isJson);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['{"model":"m"}', { model: { kind: "text", text: "m" } }],
    ['{"mod\\u0065l":"m\\n\\u00e9"}', { model: { kind: "text", text: "m\né" } }],
    ['{"x":{"model":1},"y":["model",{"model":2}]}', {}],
    ['{"model":1e3}', { model: { kind: "number", text: "1e3" } }],
    ['{"model":null}', { model: { kind: "missing" } }],
    ['{"model":[1,[2,3],{"a":[4]}]}', { model: { kind: "list", count: 3 } }],
    ['{"model":[]}', { model: { kind: "list", count: 0 } }],
    // An origin may take either of two, or a name that differs in case.
    ['{"model":"a","model":"a"}', { model: UNKNOWN }],
    ['{"model":1,"Model":2}', { model: UNKNOWN }],
    ['{"MODEL":2}', { model: UNKNOWN }],
    ['{"x":1}', {}],
  ])("finds in %s what is there", (text, found) => {
    expect(find(text, "model")).toEqual(found);
  });

  test.each([
    ['{"a":{"b":{"c":7}}}', { "a.b.c": { kind: "number", text: "7" } }],
    ['{"a":{"b":null}}', {}],
    ['{"a":{"x":{"c":7}},"b":{"c":8}}', {}],
    // What stands where an object should be may mean something to an origin.
    ['{"a":[{"b":{"c":7}}]}', { "a.b.c": UNKNOWN }],
    ['{"a":{"b":"{\\"c\\":7}"}}', { "a.b.c": UNKNOWN }],
    ['[{"a":{"b":{"c":7}}}]', { "a.b.c": UNKNOWN }],
    ['{"a":{"b":{"c":7}},"a":{}}', { "a.b.c": UNKNOWN }],
    ['{"a":{},"a":{"b":{"c":7}}}', { "a.b.c": UNKNOWN }],
    ['{"A":{"b":{"c":7}}}', { "a.b.c": UNKNOWN }],
  ])("follows a path in %s", (text, found) => {
    expect(find(text, "a.b.c")).toEqual(found);
  });

  test("keeps two names apart that differ in case, and knows neither", () => {
    expect(find('{"K":1}', "K", "k")).toEqual({ K: { kind: "number", text: "1" }, k: UNKNOWN });
    // KELVIN SIGN, which Go's reader takes for a k.
    expect(find('{"\u212A":1}', "k")).toEqual({ k: UNKNOWN });
  });

  test.each([
    "",
    " ",
    "{",
    '{"a":1',
    '{"a":1}}',
    '{"a":1},',
    "\uFEFF{}",
    "[1,]",
    '{"a":1,}',
    "nul",
    "01",
    '"\u0001"',
    '{"a" 1}',
  ])("knows nothing of %j", (text) => {
    expect(find(text, "a")).toBeUndefined();
  });

  test("is bounded in depth, and in what it keeps", () => {
    expect(find(`{"a":${"[".repeat(999)}${"]".repeat(999)}}`, "a")).toEqual({
      a: { kind: "list", count: 1 },
    });
    expect(find(`{"a":${"[".repeat(1_000)}${"]".repeat(1_000)}}`, "a")).toBeUndefined();
    expect(find(`{"a":"${"x".repeat(4_096)}"}`, "a")).toMatchObject({ a: { kind: "text" } });
    expect(find(`{"a":"${"x".repeat(4_097)}"}`, "a")).toEqual({ a: UNKNOWN });
    expect(find(`{"b":"${"x".repeat(100_000)}","a":1}`, "a")).toEqual({ a: { kind: "number", text: "1" } });
    expect(find(`{"${"x".repeat(100_000)}":1,"a":1}`, "a")).toEqual({ a: { kind: "number", text: "1" } });
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FieldMask, parseFieldMask } from "../../../src/core/shape/field-mask.ts";
import { isJson, trimJson } from "../../../src/core/shape/trim-json.ts";
import { someMask, someName } from "./masks.ts";
import { toRuns } from "../../property-runs.ts";

type Rule = "keep" | "drop";

function toMask(text: string): FieldMask {
  const parsed = parseFieldMask(text);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** What trimming means, on values. */
function trimNaively(value: unknown, mask: FieldMask, rule: Rule): unknown {
  if (Array.isArray(value)) return value.map((element: unknown) => trimNaively(element, mask, rule));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).flatMap(([name, below]): [string, unknown][] => {
    const inner = mask.get(name);
    if (inner !== undefined) return [[name, trimNaively(below, inner, rule)]];
    return mask.has(name) === (rule === "keep") ? [[name, below]] : [];
  });
  return Object.fromEntries(entries);
}

/** The same document in another spelling: spaces, and names with escapes. */
function respell(text: string, [spaces, escapes]: readonly [readonly number[], boolean]): string {
  let at = 0;
  const space = (): string => ["", " ", "\n\t", "\r "][spaces[at++ % spaces.length] ?? 0] ?? "";
  return text.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => {
    if (token.startsWith('"')) {
      // V8 13.6 reads some names of one escaped character as a backslash.
      const isPlain = !escapes || token.length <= 3 || token.includes("\\");
      return isPlain ? token : token.replace(/[a-c]/g, (letter) => `\\u006${letter.charCodeAt(0) - 96}`);
    }
    return space() + token + space();
  });
}

const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('"', "\\", '\\"', "{}[],:", "}", ""),
    ),
    fc.array(tie("value"), { maxLength: 4 }),
    fc
      .array(
        fc.tuple(
          fc.oneof({ weight: 4, arbitrary: someName }, { weight: 1, arbitrary: fc.string() }),
          tie("value"),
        ),
        { maxLength: 6 },
      )
      .map((entries) => Object.fromEntries(entries)),
  ),
})).value;
const spelling = fc.tuple(fc.array(fc.nat(3), { minLength: 1 }), fc.boolean());

describe("trimJson()", () => {
  it.each<[string, string, Rule, string]>([
    ['{"id":1,"name":"x","more":[1,2]}', "id,name", "keep", '{"id":1,"name":"x"}'],
    ['{"id":1,"name":"x"}', "name", "drop", '{"id":1}'],
    ['[{"a":1,"b":2},{"b":3},4,null]', "a", "keep", '[{"a":1},{},4,null]'],
    ['{"owner":{"name":"n","email":"e"},"x":1}', "owner(name)", "keep", '{"owner":{"name":"n"}}'],
    ['{"owner":null}', "owner/name", "keep", '{"owner":null}'],
    ['{"owner":"me"}', "owner/name", "drop", '{"owner":"me"}'],
    [
      '{"items":[{"price":1.10,"n":2},{"price":2e3}]}',
      "items/price",
      "keep",
      '{"items":[{"price":1.10},{"price":2e3}]}',
    ],
    [
      '{"id":12345678901234567890123,"f":1.0,"e":1E+2,"z":-0}',
      "id,f,e,z",
      "keep",
      '{"id":12345678901234567890123,"f":1.0,"e":1E+2,"z":-0}',
    ],
    ['{"id": [ 1 , 2 ] }', "id", "keep", '{"id":[ 1 , 2 ]}'],
    [String.raw`{"p\u0061ssword":1,"a":2}`, "password", "drop", '{"a":2}'],
    [String.raw`{"a":"\\\"}","b":2}`, "b", "keep", '{"b":2}'],
    ['{"a":1,"a":2}', "a", "drop", "{}"],
    ['{"__proto__":1,"constructor":2}', "constructor", "drop", '{"__proto__":1}'],
    ["7", "a", "keep", "7"],
    [' "text" ', "a", "keep", '"text"'],
    ["{}", "a", "keep", "{}"],
  ])("%s by %s (%s) is %s", (text, mask, rule, trimmed) => {
    expect(trimJson(text, toMask(mask), rule)).toBe(trimmed);
  });

  it.each(["", "{", '{"a":1,}', "{'a':1}", '{"a":1}{"b":2}', '{"a":1}//', "[1 2]", "NaN", '{"a":"\n"}'])(
    "does not trim %j, which is no JSON",
    (text) => {
      expect(trimJson(text, toMask("a"), "drop")).toBeUndefined();
    },
  );

  it("goes 64 levels deep, and gives up beyond without an answer that is half trimmed", () => {
    const nest = (levels: number): string => `${"[".repeat(levels)}{"secret":1}${"]".repeat(levels)}`;
    expect(trimJson(nest(63), toMask("secret"), "drop")).toBe(`${"[".repeat(63)}{}${"]".repeat(63)}`);
    expect(trimJson(nest(64), toMask("secret"), "drop")).toBeUndefined();
    expect(trimJson(nest(5_000), toMask("secret"), "drop")).toBeUndefined();
    // What no mask leads into may be as deep as it likes.
    expect(trimJson(`{"a":${nest(5_000)},"b":1}`, toMask("b"), "keep")).toBe('{"b":1}');
  });

  it.each<Rule>(["keep", "drop"])("is what trimming values is, whatever the spelling (%s)", (rule) => {
    fc.assert(
      fc.property(value, someMask, spelling, (document, mask, how) => {
        const text = respell(JSON.stringify(document), how);
        const parsed: unknown = JSON.parse(text);
        const trimmed = trimJson(text, mask, rule);
        expect(trimmed).toBeDefined();
        expect(JSON.stringify(JSON.parse(trimmed ?? ""))).toBe(
          JSON.stringify(trimNaively(parsed, mask, rule)),
        );
      }),
      { numRuns: toRuns(1_000) },
    );
  });

  it("takes time in proportion to the text, also for backslashes and quotes", () => {
    const trims = (length: number): number => {
      const text = `{"a":${JSON.stringify("\\".repeat(length))},"b":${JSON.stringify('"'.repeat(length))}}`;
      const started = performance.now();
      expect(trimJson(text, toMask("c"), "keep")).toBe("{}");
      return performance.now() - started;
    };
    trims(20_000);
    expect(trims(400_000)).toBeLessThan(200 * Math.max(1, trims(20_000)));
  });
});

describe("isJson()", () => {
  it("says of every text whether it is one", () => {
    expect(['{"a":1}', "1", " null "].every(isJson)).toBe(true);
    expect(["", "undefined", "[,]"].some(isJson)).toBe(false);
  });
});

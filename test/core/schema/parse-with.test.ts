import * as v from "valibot";
import { describe, expect, test } from "vitest";
import {
  isObject,
  object,
  parseWith,
  showGiven,
  toInvalid,
  toUnknownKeyMessage,
} from "../../../src/core/schema/parse-with.ts";
import { integerBetween } from "../../../src/core/schema/primitives.ts";

describe("showGiven()", () => {
  const rows: readonly (readonly [given: unknown, shown: string])[] = [
    [undefined, "nothing"],
    [null, "null"],
    ["", '""'],
    ['a "b"\n', '"a \\"b\\"\\n"'],
    ["x".repeat(1_000), `"${"x".repeat(80)}"`],
    [`hg_rygSDMvw_${"aB3".repeat(15)} x`, '"hg_rygSDMvw... x"'],
    [0, "0"],
    [-1.5, "-1.5"],
    [Number.NaN, "NaN"],
    [true, "true"],
    [5n, "a bigint"],
    [Symbol("secret"), "a symbol"],
    [() => "secret", "a function"],
    [["secret"], "an array"],
    [{ secret: 1 }, "an object"],
    [new Map([["secret", 1]]), "an object"],
  ];
  test.each(rows)("shows %o as %s", (given, shown) => {
    expect(showGiven(given)).toBe(shown);
  });
});

test("toUnknownKeyMessage() names the nearest key, or all where none is near", () => {
  expect(toUnknownKeyMessage("limti", ["limit", "window"])).toBe(
    'unknown key "limti"; did you mean "limit"?',
  );
  expect(toUnknownKeyMessage("zzz", ["limit", "window"])).toBe(
    'unknown key "zzz"; known keys are limit, window',
  );
});

test("isObject() takes what {} writes, and nothing that only is an object to typeof", () => {
  const objects = [{}, { a: 1 }, Object.create(null), Object.create({ a: 1 })];
  const others = [
    null,
    undefined,
    [],
    [{}],
    new Map(),
    new Set(),
    new Date(0),
    /a/,
    () => ({}),
    "{}",
    1,
    new Error("x"),
  ];
  expect([objects.map(isObject), others.map(isObject)]).toEqual([
    objects.map(() => true),
    others.map(() => false),
  ]);
});

describe("parseWith()", () => {
  const schema = object({
    count: integerBetween(1, 9),
    names: v.optional(v.array(v.pipe(v.string("must be a name"), v.minLength(2, "must be a longer name")))),
    inner: v.optional(object({ size: v.number("must be a size"), colour: v.optional(v.string()) })),
  });

  test("gives what the schema makes of the input", () => {
    const input = { count: 1, inner: { size: 2 } };
    expect(parseWith(schema, input)).toEqual({ ok: true, value: input });
  });

  test("lists every problem once, with its path from the root", () => {
    const input = {
      count: 0.5,
      names: ["ok", "x", 5, null],
      inner: { siz: 1, color: "red" },
      cuont: 1,
      z: 1,
    };
    expect(parseWith(schema, input, "root")).toEqual({
      ok: false,
      error: [
        { path: "root.count", code: "invalid", message: "must be a whole number from 1 to 9, received 0.5" },
        { path: "root.names.1", code: "invalid", message: 'must be a longer name, received "x"' },
        { path: "root.names.2", code: "invalid", message: "must be a name, received 5" },
        { path: "root.names.3", code: "invalid", message: "must be a name, received null" },
        { path: "root.inner.size", code: "missing", message: "is required" },
        { path: "root.inner.siz", code: "unknown-key", message: 'unknown key "siz"; did you mean "size"?' },
        {
          path: "root.inner.color",
          code: "unknown-key",
          message: 'unknown key "color"; did you mean "colour"?',
        },
        { path: "root.cuont", code: "unknown-key", message: 'unknown key "cuont"; did you mean "count"?' },
        {
          path: "root.z",
          code: "unknown-key",
          message: 'unknown key "z"; known keys are count, names, inner',
        },
      ],
    });
  });

  test("says of a missing key that it is required, also where the schema has no words for it", () => {
    const plain = v.object({ limit: v.number(), window: v.string() });
    expect(parseWith(plain, {})).toEqual({
      ok: false,
      error: [
        { path: "limit", code: "missing", message: "is required" },
        { path: "window", code: "missing", message: "is required" },
      ],
    });
  });

  test("says what was wanted also where the schema has no words for it", () => {
    expect(parseWith(v.object({ a: v.string(), b: v.boolean() }), { a: 1, b: undefined })).toEqual({
      ok: false,
      error: [
        { path: "a", code: "invalid", message: "must be a string, received 1" },
        { path: "b", code: "missing", message: "must be a boolean, received nothing" },
      ],
    });
  });

  test.each([[undefined], [null], [[]], [5], ["text"], [new Map()]])("refuses %o as an object", (input) => {
    const parsed = parseWith(schema, input);
    expect(parsed.ok ? [] : parsed.error).toEqual([
      {
        path: "",
        code: input === undefined ? "missing" : "invalid",
        message: `must be an object, received ${showGiven(input)}`,
      },
    ]);
  });

  test("refuses keys that every object has by inheritance, and leaves the prototypes alone", () => {
    const input: unknown = JSON.parse('{"count":1,"__proto__":{"polluted":1},"constructor":1,"toString":1}');
    const parsed = parseWith(schema, input);
    expect(parsed.ok ? [] : parsed.error.map(({ path, code }) => `${path} ${code}`)).toEqual([
      "__proto__ unknown-key",
      "constructor unknown-key",
      "toString unknown-key",
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("names an unknown key that is inherited", () => {
    const parsed = parseWith(schema, Object.assign(Object.create({ inherited: 1 }) as object, { count: 1 }));
    expect(parsed.ok ? [] : parsed.error.map(({ path }) => path)).toEqual(["inherited"]);
  });
});

test.each([
  ["auth.issuers.0.secret", "wr1tten-in", "***"],
  ["auth.issuers.0.jwks", "http://user:pa55@a.example/keys?token=t0k", "http://***@a.example/keys?token=***"],
  ["auth.issuers.0.secret", "JWT_SECRET", "JWT_SECRET"],
  ["routes.0.path", "no-secret", "no-secret"],
])("toInvalid() shows no secret that was given for %s: %s", (path, given, shown) => {
  expect(toInvalid(path, { wanted: "must be another", given }).message).toBe(
    `must be another, received ${JSON.stringify(shown)}`,
  );
});

import * as fc from "fast-check";
import * as oracle from "structured-headers";
import { describe, expect, it } from "vitest";
import { parseDictionary } from "../../../src/core/http/structured-dictionary.ts";
import { toRuns } from "../../property-runs.ts";

/** What another implementation makes of the field, in our terms. */
function toExpected(field: string): Readonly<Record<string, unknown>> | undefined {
  let dictionary: oracle.Dictionary;
  try {
    dictionary = oracle.parseDictionary(field);
  } catch {
    return undefined;
  }
  return Object.fromEntries([...dictionary].map(([key, [value]]) => [key, toExpectedValue(value)]));
}

function toExpectedValue(value: unknown): unknown {
  if (typeof value === "boolean" || typeof value === "string") return value;
  return typeof value === "number" && Number.isInteger(value) ? value : "other";
}

function toActual(field: string): Readonly<Record<string, unknown>> | undefined {
  const dictionary = parseDictionary(field);
  if (dictionary === undefined) return undefined;
  return Object.fromEntries(
    [...dictionary].map(([key, value]) => [key, value.type === "other" ? "other" : value.value]),
  );
}

describe("parseDictionary() (RFC 9651 section 4.2.2)", () => {
  it.each([
    ["max-age=3600", { "max-age": 3600 }],
    ["a, b=?0, c=?1", { a: true, b: false, c: true }],
    ["  max-age=60,\tno-store  ", { "max-age": 60, "no-store": true }],
    ["a=1, a=2", { a: 2 }],
    ['private="set-cookie, x-user"', { private: "set-cookie, x-user" }],
    [String.raw`a="q\"b\\s"`, { a: String.raw`q"b\s` }],
    [
      'a=tok/en:*, b=1.5, c=:aGk=:, d=@1, e=(1 2);x, f=%"f%c3%bc"',
      { a: "other", b: "other", c: "other", d: "other", e: "other", f: "other" },
    ],
    ["max-age=60;x=1;y, b;z", { "max-age": 60, b: true }],
    ["a=-5", { a: -5 }],
    ["a=()", { a: "other" }],
    ["", {}],
  ])("reads %j", (field, members) => {
    expect(toActual(field)).toEqual(members);
  });

  it.each([
    "max-age=10000, &&&&&",
    "MaX-aGe=3600",
    "max-age =100",
    "max-age= 100",
    "max-age=100,",
    ",max-age=100",
    "max-age=100 no-store",
    "max-age=100abc",
    "a=1234567890123456",
    "a=1.",
    "a=1.2345",
    'a="never closed',
    'a="tab\t"',
    "a=?2",
    "a=(1",
    "a=(1,2)",
    "a=",
    "1a",
    "a; =1",
    "a=é",
  ])("refuses %j", (field) => {
    expect(parseDictionary(field)).toBeUndefined();
  });

  it("agrees with another implementation on every field", () => {
    const piece = fc.constantFrom(
      ...'a b =1 =1.5 =?1 ="x" ="\\"" =t ;p ;p=2 , ( ) (1 2) :aGk=: @1 *k A - _ . " é'.split(" "),
      " ",
      ", ",
      "=(",
      "\t",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const field = pieces.join("");
        // A decimal without a fraction is an integer to the other implementation's reader.
        fc.pre(!/\d\.0+(?!\d)/.test(field));
        expect([field, toActual(field)]).toEqual([field, toExpected(field)]);
      }),
      { numRuns: toRuns(2_000) },
    );
  });

  it("takes linear time on long fields", () => {
    const started = performance.now();
    for (const text of [
      "a=(" + " ".repeat(30_000),
      "a=(1 ".padEnd(30_000, "1 "),
      "a;".repeat(15_000),
      `a="${"x".repeat(30_000)}`,
    ]) {
      parseDictionary(text);
    }
    expect(performance.now() - started).toBeLessThan(500);
  });
});

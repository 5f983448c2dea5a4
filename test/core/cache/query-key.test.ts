import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasParameter, toKeyQuery } from "../../../src/core/cache/query-key.ts";
import { settings } from "./samples.ts";

function keyQuery(query: string, options: unknown): string {
  return toKeyQuery(query, settings({ key: { query: options } }).key.query);
}

describe("toKeyQuery()", () => {
  it.each([
    ["everything as it is", "b=2&a=1&b=1&", {}, "b=2&a=1&b=1&"],
    ["nothing but what is included", "utm=1&id=7&x=2", { include: ["id"] }, "id=7"],
    ["nothing at all", "utm=1&id=7", { include: [] }, ""],
    ["everything but what is excluded", "utm=1&id=7&utm=2", { exclude: ["utm"] }, "id=7"],
    ["names without a value", "utm&id", { exclude: ["utm"] }, "id"],
    ["parameters sorted, equal names in their order", "b=2&a=1&b=1", { sorted: true }, "a=1&b=2&b=1"],
    ["what is included sorted", "z=1&b=2&a=1", { include: ["a", "b"], sorted: true }, "a=1&b=2"],
    ["an excluded name in escapes", "%75tm=1&id=7", { exclude: ["utm"] }, "id=7"],
    ["an included name in escapes", "%69d=evil&id=7", { include: ["id"] }, "%69d=evil&id=7"],
    ["an included name in another case", "ID=evil", { include: ["id"] }, "ID=evil"],
    ["an included name as a list", "id[]=evil&id[x]=1", { include: ["id"] }, "id[]=evil&id[x]=1"],
  ])("keeps %s", (_name, query, options, expected) => {
    expect(keyQuery(query, options)).toBe(expected);
  });

  it.each([
    ["hidden behind a semicolon", "utm=1;id=evil", { exclude: ["utm"] }],
    ["hidden behind a semicolon of another", "x=1;id=evil", { include: ["id"] }],
    ["with broken escapes", "%zz=1", { include: ["id"] }],
  ])("keeps a parameter that an origin may read differently: %s", (_name, query, options) => {
    expect(keyQuery(query, options)).toBe(query);
  });

  it("gives the same key for every order of parameters with different names, and never throws", () => {
    const names = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"));
    fc.assert(
      fc.property(names, (given) => {
        const query = given.map((name) => `${name}=1`);
        const reversed = query.toReversed().join("&");
        expect(keyQuery(reversed, { sorted: true })).toBe(keyQuery(query.join("&"), { sorted: true }));
      }),
    );
    fc.assert(fc.property(fc.string(), (query) => void keyQuery(query, { exclude: ["a"], sorted: true })));
  });
});

describe("hasParameter()", () => {
  it("finds a parameter by its decoded name", () => {
    expect(hasParameter("a=1&%6eocache", ["nocache"])).toBe(true);
    expect(hasParameter("nocaches=1", ["nocache"])).toBe(false);
    expect(hasParameter("", ["nocache"])).toBe(false);
  });
});

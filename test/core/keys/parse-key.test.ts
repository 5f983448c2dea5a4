import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseKey } from "../../../src/core/keys/parse-key.ts";
import { keyExtractors } from "../../../src/core/keys/registry.ts";
import type { Problem } from "../../../src/core/result.ts";

const KNOWN = Object.keys(keyExtractors).join(", ");

function toLabels(value: unknown): readonly string[] {
  const parsed = parseKey(value, "key");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.map(({ label }) => label);
}

function toProblems(value: unknown): readonly Problem[] {
  const parsed = parseKey(value, "key");
  return parsed.ok ? [] : parsed.error;
}

describe("parseKey()", () => {
  test.each([
    ["ip", ["ip"]],
    [
      ["ip", "path"],
      ["ip", "path"],
    ],
    [
      ["path", "ip"],
      ["path", "ip"],
    ],
    ["header:X-API-Key", ["header:x-api-key"]],
    ["cookie:Sid", ["cookie:Sid"]],
    ["query:User", ["query:User"]],
    ["query:a:b", ["query:a:b"]],
  ])("reads %j", (value, labels) => {
    expect(toLabels(value)).toEqual(labels);
  });

  test.each(Object.keys(keyExtractors).filter((name) => keyExtractors[name as "ip"].argument === undefined))(
    "reads %s by its name alone",
    (name) => {
      expect(toLabels(name)).toEqual([name]);
    },
  );

  test("is frozen in all its parts", () => {
    const parsed = parseKey(["ip", "header:a"], "key");
    if (!parsed.ok) throw new Error("refused");
    expect([parsed.value, ...parsed.value].map((value) => Object.isFrozen(value))).toEqual([
      true,
      true,
      true,
    ]);
  });

  const refusals: readonly (readonly [value: unknown, code: string, message: string])[] = [
    [undefined, "missing", `must be one of ${KNOWN}, received nothing`],
    [null, "invalid", `must be one of ${KNOWN}, received null`],
    [5, "invalid", `must be one of ${KNOWN}, received 5`],
    [{ ip: true }, "invalid", `must be one of ${KNOWN}, received an object`],
    [() => "ip", "invalid", `must be one of ${KNOWN}, received a function`],
    [[], "invalid", "must name 1 to 8 parts, received 0"],
    [Array(9).fill("ip"), "invalid", "must name 1 to 8 parts, received 9"],
    ["ipp", "unknown-key-part", 'must be a known key part, received "ipp"; did you mean "ip"?'],
    ["IP", "unknown-key-part", 'must be a known key part, received "IP"; did you mean "ip"?'],
    [
      "headers:a",
      "unknown-key-part",
      'must be a known key part, received "headers:a"; did you mean "header"?',
    ],
    ["", "unknown-key-part", `must be a known key part, received ""; known parts are ${KNOWN}`],
    ["constructor", "unknown-key-part", expect.stringContaining('received "constructor"') as string],
    ["__proto__:x", "unknown-key-part", expect.stringContaining('received "__proto__:x"') as string],
    ["ip:", "invalid", 'must be "ip" without an argument, received "ip:"'],
    ["path:x", "invalid", 'must be "path" without an argument, received "path:x"'],
    ["header", "invalid", 'must be "header:" and a header name, received "header"'],
    ["header:", "invalid", 'must be "header:" and a header name, received "header:"'],
    ["header:a b", "invalid", 'must be "header:" and a header name, received "header:a b"'],
    ["header:a\r\nb", "invalid", 'must be "header:" and a header name, received "header:a\\r\\nb"'],
    ["cookie:a=b", "invalid", 'must be "cookie:" and a cookie name, received "cookie:a=b"'],
    ["query:a&b", "invalid", 'must be "query:" and a query parameter\'s name, received "query:a&b"'],
  ];
  test.each(refusals)("refuses %j", (value, code, message) => {
    expect(toProblems(value)).toEqual([{ path: "key", code, message }]);
  });

  test("takes a name of 64 characters and no longer one", () => {
    for (const name of ["header", "cookie", "query"]) {
      expect(toProblems(`${name}:${"a".repeat(64)}`)).toEqual([]);
      expect(toProblems(`${name}:${"a".repeat(65)}`)).toHaveLength(1);
    }
  });

  test("lists every problem with its place", () => {
    expect(toProblems(["ip", "pth", ["ip"], "header:"]).map(({ path, code }) => [path, code])).toEqual([
      ["key.1", "unknown-key-part"],
      ["key.2", "invalid"],
      ["key.3", "invalid"],
    ]);
  });

  test("answers any value with parts or with problems", () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.anything())), (value) => {
        const parsed = parseKey(value, "key");
        expect((parsed.ok ? parsed.value : parsed.error).length).toBeGreaterThan(0);
      }),
    );
  });
});

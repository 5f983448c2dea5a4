import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BYTES, decodeParameter, findParameters } from "../../../src/core/http/query.ts";
import { toRuns } from "../../property-runs.ts";

describe("decodeParameter()", () => {
  test.each([
    ["plain", "plain"],
    ["a+b%20c", "a b c"],
    ["caf%C3%A9", "café"],
    ["%FC", undefined],
    ["100%", undefined],
  ])("of %j is %j", (text, decoded) => {
    expect(decodeParameter(text)).toBe(decoded);
  });
});

describe("findParameters()", () => {
  test.each([
    ["", []],
    ["?", []],
    ["?other=1", []],
    ["?name", [""]],
    ["?name=", [""]],
    ["?name=1&name=2", ["1", "2"]],
    ["?n%61me=1", ["1"]],
    ["?name=a=b", ["a=b"]],
    ["?name=a+b", ["a b"]],
    ["?name=M%fcller", [`${BYTES}M%FCller`]],
    ["?name=%4D%FC%6cler+x", [`${BYTES}M%FCller%20x`]],
    ["?name=%FC%", [`${BYTES}%FC%25`]],
    ["?name=%FC%25", [`${BYTES}%FC%25`]],
    ["?name=%EF%BF%BD", ["\ufffd"]],
  ])("of %j are %j", (search, values) => {
    expect(findParameters(search, "name")).toEqual(values);
  });

  test("are the same for the same bytes, and for no others", () => {
    const unit = fc.constantFrom(
      "a",
      "%61",
      "b",
      "%62",
      "%FC",
      "%fc",
      "%F6",
      "+",
      "%20",
      "%2B",
      "%C3",
      "%BC",
      "é",
    );
    const text = fc.array(unit, { maxLength: 5 }).map((units) => units.join(""));
    const toBytes = (value: string): string =>
      Buffer.from(
        value
          .replaceAll("+", " ")
          .replaceAll("é", "%C3%A9")
          .replaceAll(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
        "latin1",
      ).toString("hex");
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [a, b] = [one, other].map((value) => findParameters(`?x=${value}`, "x")[0]);
        expect(a === b).toBe(toBytes(one) === toBytes(other));
      }),
      { numRuns: toRuns(2_000) },
    );
  });
});

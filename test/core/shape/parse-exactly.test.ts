import { expect, it } from "vitest";
import { parseExactly } from "../../../src/core/shape/parse-exactly.ts";

it("parseExactly() reads what can be written again without a loss", () => {
  const text = '{"id":12345678901234567890123,"price":1.10,"big":1e400,"n":[0,-0,1.5],"s":"1.10"}';
  expect(JSON.stringify(parseExactly(text))).toBe(text);
  expect(parseExactly('{"a":[1,"x",null]}')).toEqual({ a: [1, "x", null] });
});

it("parseExactly() throws what is no JSON", () => {
  expect(() => parseExactly("{")).toThrow(SyntaxError);
});

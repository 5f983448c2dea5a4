import { expect, it } from "vitest";
import { isJsonType } from "../../../src/core/shape/json-type.ts";

it.each([
  ["application/json", true],
  ["Application/JSON; charset=utf-8", true],
  ["application/problem+json", true],
  ["application/vnd.api+json ;v=1", true],
  ["text/json", true],
  ["application/x-ndjson", false],
  ["application/jsonlines", false],
  ["application/json-seq", false],
  ["text/html", false],
  ["", false],
  [null, false],
  [undefined, false],
])("isJsonType() of %s is %s", (type, is) => {
  expect(isJsonType(type)).toBe(is);
});

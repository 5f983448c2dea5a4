import { describe, expect, it } from "vitest";
import { findUnkeyedInput, UNKEYED_INPUT_FIELDS } from "../../../src/core/cache/unkeyed-inputs.ts";
import { readerOf } from "./samples.ts";

describe("findUnkeyedInput()", () => {
  it.each(UNKEYED_INPUT_FIELDS)("finds %s unless the key names it", (name) => {
    expect(findUnkeyedInput(readerOf({ [name]: "evil.example" }), [])).toBe(name);
    expect(findUnkeyedInput(readerOf({ [name]: "evil.example" }), [name])).toBeUndefined();
  });

  it("finds nothing in a plain request", () => {
    expect(findUnkeyedInput(readerOf({ accept: "*/*", "x-request-id": "1" }), [])).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { showMember, toShownBody } from "../../../src/core/batch/member-answer.ts";

const toBase64 = (): string => "AAEC";

describe("toShownBody()", () => {
  it.each([
    ['{"a":1}', "application/json", "json"],
    ['{"a":1', "application/json", "text"],
    ['{"a":1}', "text/plain", "text"],
    ["x", null, "text"],
    [undefined, "application/json", "base64"],
  ])("of %s as %s is %s", (text, contentType, encoding) => {
    expect(toShownBody(text, { contentType, toBase64 })).toEqual({ encoding, text: text ?? "AAEC" });
  });
});

describe("showMember()", () => {
  it("keeps JSON as it is written, and everything else as text", () => {
    const shown = { name: "a", status: 200, headers: { "x-a": "1" } };
    expect(showMember({ ...shown, body: { encoding: "json", text: '{"id":12345678901234567890}' } })).toBe(
      '{"name":"a","status":200,"headers":{"x-a":"1"},"encoding":"json","body":{"id":12345678901234567890}}',
    );
    expect(showMember({ ...shown, name: undefined, body: { encoding: "text", text: '"' } })).toBe(
      String.raw`{"status":200,"headers":{"x-a":"1"},"encoding":"text","body":"\""}`,
    );
    expect(showMember({ ...shown, body: undefined })).toBe(
      '{"name":"a","status":200,"headers":{"x-a":"1"},"body":null}',
    );
  });
});

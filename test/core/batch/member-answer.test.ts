import { describe, expect, it } from "vitest";
import { showMember } from "../../../src/core/batch/member-answer.ts";

const bytes = { byteLength: 3, toBase64: () => "AAEC" };
const shown = { name: "a", status: 200, bytes };

describe("showMember()", () => {
  it.each([
    ['{"a":1}', "application/json", "json", '{"a":1}'],
    ['{"a":1', "application/json", "text", String.raw`"{\"a\":1"`],
    ['{"a":1}', "text/plain", "text", String.raw`"{\"a\":1}"`],
    ["x", undefined, "text", '"x"'],
    [undefined, "application/json", "base64", '"AAEC"'],
  ])("of %s as %s is %s", (text, type, encoding, body) => {
    const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
    const written = JSON.stringify(headers);
    expect(showMember({ ...shown, headers, text })).toBe(
      `{"name":"a","status":200,"headers":${written},"encoding":"${encoding}","body":${body}}`,
    );
  });

  it("keeps JSON as it is written, and everything else as text", () => {
    const json = '{"id":12345678901234567890}';
    expect(showMember({ ...shown, headers: { "content-type": "application/json" }, text: json })).toBe(
      `{"name":"a","status":200,"headers":{"content-type":"application/json"},"encoding":"json","body":${json}}`,
    );
    expect(showMember({ ...shown, name: undefined, headers: { "x-a": "1" }, text: '"' })).toBe(
      String.raw`{"status":200,"headers":{"x-a":"1"},"encoding":"text","body":"\""}`,
    );
    expect(
      showMember({ ...shown, headers: { "x-a": "1" }, bytes: { ...bytes, byteLength: 0 }, text: "" }),
    ).toBe('{"name":"a","status":200,"headers":{"x-a":"1"},"body":null}');
  });
});

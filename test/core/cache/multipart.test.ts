import { describe, expect, it } from "vitest";
import { toMultipartPlan } from "../../../src/core/cache/multipart.ts";

const BODY = "0123456789";

describe("toMultipartPlan() (RFC 9110 section 14.6)", () => {
  const ranges = [
    { first: 0, last: 1 },
    { first: 7, last: 9 },
  ];

  function carryOut(contentType: string | undefined) {
    const plan = toMultipartPlan(ranges, { totalBytes: 10, contentType, boundary: "SEP" });
    const body = plan.segments
      .map((segment) => (typeof segment === "string" ? segment : BODY.slice(segment.first, segment.last + 1)))
      .join("");
    return { plan, body };
  }

  it("lays out parts with their fields between delimiters, and knows the length", () => {
    const { plan, body } = carryOut("text/plain");
    expect(body.split("\r\n")).toEqual([
      "--SEP",
      "Content-Type: text/plain",
      "Content-Range: bytes 0-1/10",
      "",
      "01",
      "--SEP",
      "Content-Type: text/plain",
      "Content-Range: bytes 7-9/10",
      "",
      "789",
      "--SEP--",
      "",
    ]);
    expect(plan).toMatchObject({
      contentType: "multipart/byteranges; boundary=SEP",
      totalBytes: body.length,
    });
  });

  it("leaves out a type that is missing or no ASCII", () => {
    for (const contentType of [undefined, "text/plain; x=é", "text/plain\r\nX: y"]) {
      const { plan, body } = carryOut(contentType);
      expect(body).not.toContain("Content-Type");
      expect(plan.totalBytes).toBe(body.length);
    }
  });
});

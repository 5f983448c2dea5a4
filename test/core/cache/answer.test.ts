import { describe, expect, it } from "vitest";
import { type Answer, toAgeSeconds, toAnswer } from "../../../src/core/cache/answer.ts";
import { toFieldReader } from "../../../src/core/cache/fields.ts";
import { type ExchangeOptions, type FieldObject, lookupPlan, NOW_MS, record, request } from "./samples.ts";

const STORED: ExchangeOptions = {
  answer: {
    "cache-control": "max-age=60",
    "content-type": "text/plain",
    "content-length": "10",
    etag: '"a"',
  },
};

interface AnswerOptions {
  readonly method?: string;
  readonly stored?: ExchangeOptions;
  readonly bodyBytes?: number | null;
}

function answer(
  fields: FieldObject,
  { method = "GET", stored = STORED, bodyBytes = 10 }: AnswerOptions = {},
): Answer {
  return toAnswer(record(stored), lookupPlan({ method, fields }), {
    request: request({ fields }).fields,
    nowMs: NOW_MS,
    bodyBytes,
    createBoundary: () => "SEP",
  });
}

describe("toAnswer()", () => {
  it("is the stored response, without copying it", () => {
    const kept = record(STORED);
    const plain = toAnswer(kept, lookupPlan(), {
      request: request().fields,
      nowMs: NOW_MS,
      bodyBytes: 10,
      createBoundary: () => "",
    });
    expect(plain).toEqual({ status: 200, fields: kept.fields, body: { kind: "whole" } });
    expect(plain.fields).toBe(kept.fields);
  });

  it("answers HEAD from a stored GET, with its fields and no body (RFC 9110 section 9.3.2)", () => {
    const head = answer({}, { method: "HEAD" });
    expect([head.status, head.body.kind, toFieldReader(head.fields).get("content-length")]).toEqual([
      200,
      "none",
      "10",
    ]);
  });

  it.each<[string, FieldObject, number]>([
    ["a matching condition", { "if-none-match": '"a"' }, 304],
    ["a condition that does not match", { "if-none-match": '"b"' }, 200],
    ["a matching condition before a range", { "if-none-match": '"a"', range: "bytes=0-1" }, 304],
    ["a range", { range: "bytes=0-1" }, 206],
    ["a range with its If-Range", { range: "bytes=0-1", "if-range": '"a"' }, 206],
    ["a range with another If-Range", { range: "bytes=0-1", "if-range": '"b"' }, 200],
    ["If-Range without a range", { "if-range": '"a"' }, 200],
    ["an unsatisfiable range", { range: "bytes=10-" }, 416],
    ["an unsatisfiable range of another representation", { range: "bytes=10-", "if-range": '"b"' }, 200],
    ["a malformed range", { range: "bytes=x" }, 200],
  ])("%s: %i", (_name, fields, status) => {
    expect(answer(fields).status).toBe(status);
  });

  it("gives a HEAD a 304 too, and no range", () => {
    expect(answer({ "if-none-match": '"a"' }, { method: "HEAD" }).status).toBe(304);
    expect(answer({ range: "bytes=0-1" }, { method: "HEAD" }).status).toBe(200);
  });

  it("describes one range in the header section (RFC 9110 section 15.3.7.1)", () => {
    const partial = answer({ range: "bytes=2-4" });
    expect(partial.body).toEqual({ kind: "segments", segments: [{ first: 2, last: 4 }] });
    expect(Object.fromEntries(partial.fields)).toMatchObject({
      "content-range": "bytes 2-4/10",
      "content-length": "3",
      "content-type": "text/plain",
      etag: '"a"',
    });
    expect(partial.fields.filter(([name]) => name === "content-length")).toHaveLength(1);
  });

  it("describes several ranges in their parts (RFC 9110 section 15.3.7.2)", () => {
    const partial = answer({ range: "bytes=0-1,5-6" });
    const fields = toFieldReader(partial.fields);
    expect(partial.body.kind === "segments" && partial.body.segments).toHaveLength(5);
    expect(fields.get("content-type")).toBe("multipart/byteranges; boundary=SEP");
    expect(fields.get("content-range")).toBeUndefined();
    const length =
      partial.body.kind === "segments"
        ? partial.body.segments.reduce(
            (sum, segment) =>
              sum + (typeof segment === "string" ? segment.length : segment.last - segment.first + 1),
            0,
          )
        : 0;
    expect(fields.get("content-length")).toBe(String(length));
  });

  it("names the length with a 416 and nothing else of the response (RFC 9110 section 15.5.17)", () => {
    const unsatisfiable = answer({ range: "bytes=10-" });
    expect(unsatisfiable.fields).toEqual([
      ["date", "Sun, 06 Nov 1994 08:49:37 GMT"],
      ["content-length", "0"],
      ["content-range", "bytes */10"],
    ]);
  });

  it("ignores ranges where the length is not known or the status is not 200", () => {
    expect(answer({ range: "bytes=0-1" }, { bodyBytes: null }).status).toBe(200);
    expect(answer({ range: "bytes=0-1" }, { stored: { ...STORED, status: 404 } }).status).toBe(404);
    expect(answer({ range: "bytes=0-1" }, { stored: { ...STORED, status: 203 } }).status).toBe(203);
  });

  it("has no body for a status that never has one", () => {
    expect(answer({}, { stored: { ...STORED, status: 204 } }).body.kind).toBe("none");
  });
});

describe("toAgeSeconds() (RFC 9111 section 5.1)", () => {
  it("is whole seconds", () => {
    expect([toAgeSeconds(0), toAgeSeconds(999), toAgeSeconds(61_000)]).toEqual([0, 0, 61]);
  });
});

import { describe, expect, it } from "vitest";
import type { Fields } from "../../../src/core/cache/fields.ts";
import { mergeFields, toExchangeFields, toStoredFields } from "../../../src/core/cache/stored-fields.ts";

function names(fields: Fields): readonly string[] {
  return fields.map(([name]) => name);
}

const RECEIVED: Fields = [
  ["content-type", "text/plain"],
  ["x-unknown", "kept"],
  ["connection", "close, X-Hop"],
  ["x-hop", "1"],
  ["x-user", "u"],
];

describe("toStoredFields() (RFC 9111 section 3.1)", () => {
  it("keeps what it does not know and drops what Connection names and what is withheld", () => {
    expect(names(toStoredFields(RECEIVED, ["x-user"]))).toEqual(["content-type", "x-unknown"]);
  });

  it.each([
    "age",
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "set-cookie",
    "set-cookie2",
    "retry-after",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "x-ratelimit-limit",
    "x-ratelimit-reset-requests",
    "x-rate-limit-remaining",
    "x-account-rate-limit-reset",
  ])("never keeps %s", (name) => {
    expect(toStoredFields([[name, "1"]], [])).toEqual([]);
  });

  it.each([
    "etag",
    "cache-status",
    "cdn-cache-control",
    "warning",
    "x-frame-options",
    "x-rate",
    "ratelimits",
  ])("keeps %s", (name) => {
    expect(names(toStoredFields([[name, "1"]], []))).toEqual([name]);
  });
});

describe("toExchangeFields()", () => {
  it("keeps every cookie apart, and rate-limit fields, and nothing else", () => {
    const fields: Fields = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["x-ratelimit-remaining", "3"],
      ["etag", '"a"'],
      ["keep-alive", "timeout=5"],
    ];
    expect(toExchangeFields(fields)).toEqual(fields.slice(0, 3));
  });
});

describe("mergeFields() (RFC 9111 section 3.2)", () => {
  const stored: Fields = [
    ["content-length", "5"],
    ["content-encoding", "gzip"],
    ["content-type", "text/plain"],
    ["x-a", "old"],
    ["x-a", "older"],
    ["x-b", "kept"],
  ];

  it("puts newer fields in the place of all stored lines of their name", () => {
    const newer: Fields = [
      ["x-a", "new"],
      ["content-type", "text/plain;charset=utf-8"],
      ["x-c", "added"],
    ];
    expect(mergeFields(stored, newer)).toEqual([
      ["content-length", "5"],
      ["content-encoding", "gzip"],
      ["x-b", "kept"],
      ...newer,
    ]);
  });

  it("leaves alone what describes the stored body, and takes nothing that is never stored", () => {
    const newer: Fields = [
      ["content-length", "0"],
      ["content-encoding", "br"],
      ["content-range", "bytes 0-1/2"],
      ["content-digest", "sha-256=:x:"],
      ["content-md5", "x"],
      ["digest", "x"],
      ["repr-digest", "sha-256=:x:"],
      ["set-cookie", "a=1"],
      ["connection", "x-a"],
      ["x-a", "of the hop"],
    ];
    expect(mergeFields(stored, newer)).toEqual(stored);
  });
});

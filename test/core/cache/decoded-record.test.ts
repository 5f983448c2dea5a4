import { expect, test } from "vitest";
import { isDecodedOnRead, keepDecoded, toDecodedRecord } from "../../../src/core/cache/decoded-record.ts";
import type { StoredRecord } from "../../../src/core/cache/stored-record.ts";

const record = {
  etag: '"strong"',
  bodyBytes: 40,
  fields: [
    ["content-encoding", "gzip"],
    ["content-length", "40"],
    ["content-type", "text/plain"],
    ["etag", '"strong"'],
  ],
} as unknown as StoredRecord;

test("toDecodedRecord() drops the coding and weakens the tag that clients see, not the one the origin is asked by", () => {
  const decoded = toDecodedRecord(record);
  expect(decoded.fields).toEqual([
    ["content-type", "text/plain"],
    ["etag", 'W/"strong"'],
  ]);
  expect(decoded.etag).toBe('"strong"');
  expect(decoded.bodyBytes).toBeNull();
});

test("keepDecoded() weakens the tag again after a 304, and leaves records alone that were never encoded", () => {
  const decoded = { ...toDecodedRecord(record), bodyBytes: 100 };
  const refreshed = { ...decoded, fields: [["etag", '"strong"']] } as unknown as StoredRecord;
  expect(keepDecoded(decoded, refreshed)).toMatchObject({ fields: [["etag", 'W/"strong"']], bodyBytes: 100 });
  expect(keepDecoded(record, record)).toBe(record);
});

test.each([
  ["gzip", true],
  ["br", true],
  ["GZIP", false],
  ["deflate", false],
  ["gzip, br", false],
  ["identity", false],
  ["", false],
  [null, false],
])("isDecodedOnRead() of %j is %s", (contentEncoding, isDecoded) => {
  expect(isDecodedOnRead(contentEncoding)).toBe(isDecoded);
});

import { expect, test } from "vitest";
import { isReadable } from "../../../src/core/http/field-value.ts";

const decode = (bytes: string): string => new TextDecoder().decode(Buffer.from(bytes, "latin1"));

test.each(["", "plain", "a, b", "caf\u00c3\u00a9", "\u00f0\u009f\u0098\u0080"])(
  "isReadable() is true of UTF-8: %j",
  (bytes) => {
    expect(isReadable(decode(bytes))).toBe(true);
  },
);

test.each(["M\u00fcller, J\u00fcrgen", "\u00c3", "\u00ed\u00a0\u0080", "\u00c0\u00af", "\u00ff"])(
  "isReadable() is false of other bytes: %j",
  (bytes) => {
    expect(isReadable(decode(bytes))).toBe(false);
  },
);

import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { sha256 } from "../../../src/core/keys/sha256.ts";

const expected = (text: string): string => createHash("sha256").update(text).digest("hex");

test("sha256() of the standard's examples (FIPS 180-4)", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  );
});

test("sha256() agrees with Node for every length around the blocks' ends", () => {
  for (let length = 0; length <= 200; length += 1) {
    const text = "x".repeat(length);
    expect(sha256(text)).toBe(expected(text));
  }
});

test("sha256() agrees with Node for any text, lone surrogates too", () => {
  const unit = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd700, max: 0xe0ff }));
  const texts = fc.array(unit, { maxLength: 300 }).map((codes) => String.fromCharCode(...codes));
  fc.assert(
    fc.property(fc.oneof(texts, fc.string({ unit: "binary", maxLength: 300 })), (text) => {
      expect(sha256(text)).toBe(expected(text));
    }),
    { numRuns: 500 },
  );
});

test("sha256() of a long text", () => {
  const text = "é€😀 a".repeat(100_000);
  expect(sha256(text)).toBe(expected(text));
});

import { expect, test } from "vitest";
import { hashText } from "../../src/platform/hash-text.ts";

// FIPS 180-4's own example, and the empty text; the third was made by another implementation (coreutils' sha256sum).
test.each([
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["é|😀", "0beb32ff80fdc24504a4c0b60f2f3ac48b7088161012df0e7162f799bd9c4768"],
])("hashText() is SHA-256 of UTF-8 in hexadecimal: %j", (text, digest) => {
  expect(hashText(text)).toBe(digest);
});

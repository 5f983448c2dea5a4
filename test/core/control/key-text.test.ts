// The text of API keys.

import { expect, test } from "vitest";
import { createKeyText } from "../../../src/core/control/key-text.ts";

/** Counts up from a first byte. */
function count(first: number): (bytes: number) => Uint8Array {
  let next = first;
  return (bytes) => Uint8Array.from({ length: bytes }, () => next++ % 256);
}

test("createKeyText() writes a prefix that may be shown and 43 digits behind it", () => {
  const { text, prefix } = createKeyText(count(0));
  expect(text).toMatch(/^hg_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
  expect(text.startsWith(`${prefix}_`)).toBe(true);
});

test("createKeyText() throws bytes away that would favour some digits", () => {
  // 250 to 255 would be 2 to 7 once more.
  expect(createKeyText(count(250)).prefix).toBe(createKeyText(count(0)).prefix);
});

// The text of API keys.

import { expect, test } from "vitest";
import { createApiKeySecret } from "../../../src/core/control/api-key-secret.ts";

/** Counts up from a first byte. */
function count(first: number): (bytes: number) => Uint8Array {
  let next = first;
  return (bytes) => Uint8Array.from({ length: bytes }, () => next++ % 256);
}

test("createApiKeySecret() writes a prefix that may be shown and 43 digits behind it", () => {
  const { text, prefix } = createApiKeySecret("hg", count(0));
  expect(text).toMatch(/^hg_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/);
  expect(text.startsWith(`${prefix}_`)).toBe(true);
});

test("createApiKeySecret() throws bytes away that would favour some digits", () => {
  // 250 to 255 would be 2 to 7 once more.
  expect(createApiKeySecret("hg", count(250)).prefix).toBe(createApiKeySecret("hg", count(0)).prefix);
});

test("createApiKeySecret() begins with the operator's own word", () => {
  expect(createApiKeySecret("acme_live", count(0)).text).toMatch(
    /^acme_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/,
  );
});

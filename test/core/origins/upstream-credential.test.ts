import { expect, test } from "vitest";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import {
  listSecrets,
  toSecretText,
  upstreamCredential,
} from "../../../src/core/origins/upstream-credential.ts";

test.each([
  [{ secret: "FB_TOKEN", query: "access_token", appSecret: "FB_SECRET" }, ["FB_TOKEN", "FB_SECRET"]],
  [{ secret: "KEY", next: "KEY_2", header: "Authorization", scheme: "Bearer" }, ["KEY", "KEY_2"]],
])("a credential of %j needs %j", (given, names) => {
  const parsed = parseWith(upstreamCredential, given);
  expect(parsed.ok && listSecrets(parsed.value)).toEqual(names);
});

test.each([
  [{ secret: "KEY" }],
  [{ secret: "KEY", header: "x-key", query: "key" }],
  [{ secret: "KEY", query: "key", scheme: "Bearer" }],
  [{ secret: "KEY", next: "KEY", header: "x-key" }],
  [{ secret: "EAAB-the-secret-itself", query: "key" }],
  [{ header: "x-key" }],
  [{ secret: "KEY", header: "Connection" }],
  [{ secret: "KEY", header: "Content-Length" }],
  [{ secret: "KEY", query: "a&b" }],
  [{ secret: "KEY", query: "key", extra: 1 }],
])("a credential of %j is refused", (given) => {
  expect(parseWith(upstreamCredential, given).ok).toBe(false);
});

test.each([
  ["EAAB|abcd\n", "EAAB|abcd"],
  ["two words", "two words"],
  ["short", undefined],
  ["", undefined],
  ["line\nbreak", undefined],
  ["schlüssel-1", undefined],
  ["x".repeat(4_096), "x".repeat(4_096)],
  ["x".repeat(4_097), undefined],
  [undefined, undefined],
  [{}, undefined],
])("toSecretText() of %j is what can be sent", (given, text) => {
  expect(toSecretText(given)).toBe(text);
});

// Words of the documents: those that a newcomer searches for are there, and what only we say is explained where it first
// stands.

import { describe, expect, test } from "vitest";
import { documents, readText, withoutCode } from "./markdown.ts";

/** Decisions and the changelog are for those who know the rest. */
const read = documents
  .filter((path) => !path.startsWith("docs/decisions/") && path !== "CHANGELOG.md")
  .map((path) => ({ path, text: withoutCode(readText(path)) }));
const all = read.map(({ text }) => text.toLowerCase().replaceAll(/\s+/g, " ")).join("\n");

test.each([
  ..."allowlist blocklist debug jitter metrics middleware stampede throttle two-phase".split(" "),
  "api gateway",
  "circuit breaker",
  "dry run",
  "health check",
  "leaky bucket",
  "load balancing",
  "request coalescing",
  "retry budget",
  "reverse proxy",
  "single flight",
  "sliding window",
  "sticky session",
  "token bucket",
  "write-behind",
])("the documents have the word that others use: %s", (word) => {
  expect(all).toContain(word);
});

describe.each(read)("$path", ({ text }) => {
  test("says what an isolate is where it first says the word", () => {
    const first = /\bisolates?\b/.exec(text)?.index;
    if (first === undefined) return;
    expect(text.slice(Math.max(0, first - 60), first + 60).replaceAll(/\s+/g, " ")).toMatch(
      /instances? \(isolate|in an isolate of its own/,
    );
  });

  test("has none of the words that a reader must guess at", () => {
    expect(text.match(/\bin force\b|\bstand-ins?\b|\blent out\b/gi)).toBe(null);
  });
});

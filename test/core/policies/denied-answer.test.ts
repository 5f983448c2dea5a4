import { describe, expect, test } from "vitest";
import { deniedAnswer, toDeniedBody } from "../../../src/core/policies/denied-answer.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";

const FIGURES = { retryAfter: 12, policy: "per-client", limit: 60 };

function render(given: unknown): unknown {
  const parsed = parseWith(deniedAnswer, given, "denied");
  if (!parsed.ok) return parsed.error.map(({ path, message }) => `${path}: ${message}`);
  const { status, contentType } = parsed.value;
  return [status, contentType, toDeniedBody(parsed.value, FIGURES)];
}

describe("an answer of one's own", () => {
  test.each([
    [
      { body: '{"error":{"code":"rate_limited","retry_after":{retryAfter},"policy":"{policy}"}}' },
      [429, "application/json", '{"error":{"code":"rate_limited","retry_after":12,"policy":"per-client"}}'],
    ],
    [
      { body: "{limit} a minute, {retryAfter} s, {retryAfter} s", contentType: "text/plain; charset=utf-8" },
      [429, "text/plain; charset=utf-8", "60 a minute, 12 s, 12 s"],
    ],
    [{ body: "{}", status: 503 }, [503, "application/json", "{}"]],
    [
      { body: "<style>p { color: red }</style>", contentType: "text/html" },
      [429, "text/html", "<style>p { color: red }</style>"],
    ],
    [
      { body: '{"a":"{policy}"}', contentType: "application/vnd.api+json" },
      [429, "application/vnd.api+json", '{"a":"per-client"}'],
    ],
  ])("%j is %j", (given, wanted) => {
    expect(render(given)).toEqual(wanted);
  });

  test.each([
    [{}, ["denied.body: is required"]],
    [
      { body: "", contentType: "text/plain" },
      ['denied.body: must be a text of 1 to 16384 characters, received ""'],
    ],
    [
      { body: `"${"x".repeat(16_383)}"` },
      [expect.stringContaining("denied.body: must be a text of 1 to 16384")],
    ],
    [
      { body: '{"a":{retryafter}}' },
      expect.arrayContaining([
        'denied.body: must have no placeholders but {retryAfter}, {policy}, {limit}, received "{\\"a\\":{retryafter}}"; did you mean "retryAfter"?',
      ]),
    ],
    [
      { body: '{"a":{policy}}' },
      ["denied.body: must be JSON, as its contentType says; {policy} stands in quotes, received an object"],
    ],
    [
      { body: "slow down" },
      ["denied.body: must be JSON, as its contentType says; {policy} stands in quotes, received an object"],
    ],
    [{ body: "{}", status: 200 }, ["denied.status: must be a whole number from 400 to 599, received 200"]],
    [
      { body: "a", contentType: "text/plain\r\nx: y" },
      [
        expect.stringContaining(
          'denied.contentType: must be a media type such as "text/html; charset=utf-8"',
        ),
      ],
    ],
    [{ bdy: "{}" }, ["denied.body: is required", 'denied.bdy: unknown key "bdy"; did you mean "body"?']],
  ])("%j is refused", (given, problems) => {
    expect(render(given)).toEqual(problems);
  });
});

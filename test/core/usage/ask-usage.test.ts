import { describe, expect, test } from "vitest";
import { askForUsage, isUsageEvent } from "../../../src/core/usage/ask-usage.ts";

describe("askForUsage()", () => {
  test("adds one member, and changes nothing else of the text", () => {
    const text = '\n{ "model": "m", "stream": true, "big": 1.0000000000000000001, "x": "\\u00e9" }';
    expect(askForUsage(text, false)).toBe(
      `\n{"stream_options":{"include_usage":true},${text.slice(text.indexOf("{") + 1)}`,
    );
  });

  test.each([
    ['{"stream_options":{},"stream":true}', '{"stream_options":{"include_usage":true},"stream":true}'],
    [
      '{"a":"stream_options","b":{"stream_options":{"x":1}},"stream_options" : {"include_obfuscation":false}}',
      '{"a":"stream_options","b":{"stream_options":{"x":1}},"stream_options" : {"include_obfuscation":false,"include_usage":true}}',
    ],
    [
      '{"m":"}\\"{","stream_options":{"include_usage":false,"o":{"p":["}"]}},"n":1}',
      '{"m":"}\\"{","stream_options":{"include_usage":true,"o":{"p":["}"]}},"n":1}',
    ],
  ])("puts it into the options that there are: %s", (text, asking) => {
    expect(askForUsage(text, true)).toBe(asking);
  });

  test("leaves what it cannot place", () => {
    expect(askForUsage('{"stream_options":null}', true)).toBeUndefined();
  });
});

test.each([
  ['data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n', true],
  ['event: x\ndata: {"usage":{"total_tokens":1},"choices":[]}\n\n', true],
  // Azure's first, OpenRouter's last, and what is like any other.
  ['data: {"choices":[],"prompt_filter_results":[],"usage":null}\n\n', false],
  ['data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}\n\n', false],
  ['data: {"choices":[{"delta":{"content":"\\"usage\\""}}]}\n\n', false],
  ["data: [DONE]\n\n", false],
  ['data: {"usage"\n\n', false],
])("isUsageEvent(%j) is %s", (event, is) => {
  expect(isUsageEvent(event)).toBe(is);
});

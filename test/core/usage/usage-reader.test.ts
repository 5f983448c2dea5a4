// What answers of the APIs say of usage, as their documents and streams have it, in pieces of any size; and what none says.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toOwnFormat, type UsageApi, usageFormats } from "../../../src/core/usage/formats.ts";
import { createUsageReader, type SeenUsage, toUsagePlan } from "../../../src/core/usage/usage-reader.ts";
import { toRuns } from "../../property-runs.ts";

const SSE = "text/event-stream; charset=utf-8";
const JSON_TYPE = "application/json";
const plans = Object.fromEntries(
  Object.entries(usageFormats).map(([name, format]) => [name, toUsagePlan(format)]),
) as Readonly<Record<UsageApi, ReturnType<typeof toUsagePlan>>>;

function read(api: UsageApi, type: string, pieces: readonly string[]): SeenUsage | undefined {
  const reader = createUsageReader(plans[api], type);
  for (const piece of pieces) reader?.write(piece);
  return reader?.end();
}

const toEvents = (...events: readonly unknown[]): string =>
  events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
const delta = (content: string): object => ({ choices: [{ index: 0, delta: { content } }], usage: null });

const USED = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const PLAIN = { input: 12, output: 5, cachedInput: 0, reasoning: 0 };

interface Case {
  readonly what: string;
  readonly api: UsageApi;
  readonly type: string;
  readonly text: string;
  readonly usage: SeenUsage["usage"];
}

const cases: readonly Case[] = [
  {
    what: "a document",
    api: "openai",
    type: JSON_TYPE,
    text: JSON.stringify({
      choices: [{ message: { content: 'x"usage":{' } }],
      usage: {
        ...USED,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
    }),
    usage: { input: 12, output: 5, cachedInput: 4, reasoning: 3 },
  },
  {
    what: "embeddings",
    api: "openai",
    type: JSON_TYPE,
    text: '{"data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":9,"total_tokens":9}}',
    usage: { input: 9, output: 0, cachedInput: 0, reasoning: 0 },
  },
  {
    what: "a stream that says it last",
    api: "openai",
    type: SSE,
    text: `${toEvents(delta("he"), delta("llo"), { choices: [], usage: USED })}data: [DONE]\n\n`,
    usage: PLAIN,
  },
  {
    what: "a stream that says it all along",
    api: "openai",
    type: SSE,
    text: toEvents(
      { ...delta("he"), usage: { prompt_tokens: 12, completion_tokens: 1 } },
      { ...delta("llo"), usage: USED },
    ),
    usage: PLAIN,
  },
  {
    what: "zeros before the last word",
    api: "openai",
    type: SSE,
    text: toEvents(
      { ...delta("he"), usage: { prompt_tokens: 0, completion_tokens: 0 } },
      { choices: [], usage: USED },
    ),
    usage: PLAIN,
  },
  {
    what: "Groq's place",
    api: "openai",
    type: SSE,
    text: toEvents(delta("he"), { choices: [], x_groq: { usage: USED } }),
    usage: PLAIN,
  },
  {
    what: "Responses",
    api: "openai-responses",
    type: SSE,
    text: `event: response.created\r\ndata: {"type":"response.created","response":{"usage":null}}\r\n\r\nevent: response.completed\r\ndata: {"response":{"usage":{"input_tokens":12,"output_tokens":5,"output_tokens_details":{"reasoning_tokens":2}}}}\r\n\r\n`,
    usage: { input: 12, output: 5, cachedInput: 0, reasoning: 2 },
  },
  {
    what: "Anthropic, field by field, the last of each",
    api: "anthropic",
    type: SSE,
    text: toEvents(
      {
        type: "message_start",
        message: {
          usage: {
            input_tokens: 7,
            cache_creation_input_tokens: 2,
            cache_read_input_tokens: 3,
            output_tokens: 1,
          },
        },
      },
      { type: "content_block_delta", delta: { type: "text_delta", text: "hello" } },
      { type: "message_delta", usage: { output_tokens: 3 } },
      { type: "message_delta", usage: { output_tokens: 5 } },
      { type: "message_stop" },
    ),
    usage: { input: 12, output: 5, cachedInput: 3, reasoning: 0 },
  },
  {
    what: "Anthropic's tool, whose input says something of usage",
    api: "anthropic",
    type: JSON_TYPE,
    text: '{"content":[{"type":"tool_use","input":{"usage":{"input_tokens":0,"output_tokens":0}}}],"usage":{"input_tokens":12,"output_tokens":5}}',
    usage: PLAIN,
  },
  {
    what: "Gemini's events",
    api: "gemini",
    type: SSE,
    text: toEvents(
      { usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 } },
      { usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 3, thoughtsTokenCount: 2 } },
    ),
    usage: { input: 12, output: 5, cachedInput: 0, reasoning: 2 },
  },
  {
    what: "Gemini's list",
    api: "gemini",
    type: "application/json; charset=UTF-8",
    text: '[{"candidates":[{"content":{"parts":[{"text":"]}[{"}]}}]}\n,\r\n{"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":5}}\n]',
    usage: PLAIN,
  },
  {
    what: "Bedrock",
    api: "bedrock",
    type: JSON_TYPE,
    text: '{"output":{},"usage":{"inputTokens":8,"outputTokens":5,"cacheReadInputTokens":4,"totalTokens":17}}',
    usage: { input: 12, output: 5, cachedInput: 4, reasoning: 0 },
  },
  { what: "nothing", api: "openai", type: SSE, text: toEvents(delta("he")), usage: undefined },
  { what: "no JSON", api: "openai", type: JSON_TYPE, text: '{"usage":{"prompt_tokens":1}', usage: undefined },
  {
    what: "two words for one thing",
    api: "openai",
    type: JSON_TYPE,
    text: '{"usage":{"prompt_tokens":1,"completion_tokens":1,"prompt_tokens":2}}',
    usage: { input: 0, output: 1, cachedInput: 0, reasoning: 0 },
  },
  ...['"9"', "-1", "1.5", "1e99", "null", "[1]"].map((number): Case => ({
    what: `${number} tokens`,
    api: "openai",
    type: SSE,
    text: `data: {"usage":{"prompt_tokens":${number},"completion_tokens":${number}}}\n\n`,
    usage: undefined,
  })),
  {
    what: "an event that is too long, and one that is not",
    api: "openai",
    type: SSE,
    text: `data: {"usage":{"prompt_tokens":99},"x":"${"x".repeat(300_000)}"}\n\n${toEvents({ choices: [], usage: USED })}`,
    usage: PLAIN,
  },
];

/** The text in pieces that end where they may. */
const inPieces = (text: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));

describe("a usage reader", () => {
  test.each(cases)("reads $what ($api)", ({ api, type, text, usage }) => {
    for (const size of [1, 7, 4_096, text.length])
      if (text.length < 10_000 || size > 1_000)
        expect(read(api, type, inPieces(text, size))?.usage).toEqual(usage);
  });

  test("reads an API of one's own, in lines of JSON too", () => {
    const plan = toUsagePlan(toOwnFormat({ input: "prompt_eval_count", output: "eval_count" }));
    const reader = createUsageReader(plan, "application/x-ndjson");
    reader?.write('{"response":"he","done":false}\n{"done":true,"prompt_eval_count":12,"eval_count":5}\n');
    expect(reader?.end().usage).toEqual(PLAIN);
  });

  test("reads no other types", () => {
    for (const type of ["", "text/plain", "application/vnd.amazon.eventstreams", "text/event-streams"])
      expect(createUsageReader(plans.openai, type)).toBeUndefined();
  });

  test("counts what the model has written so far", () => {
    const text = toEvents(delta('he"y'), delta("é\n"), {
      choices: [{ delta: { tool_calls: [{ function: { arguments: '{"a' } }] } }],
    });
    expect(read("openai", SSE, [text])?.textLength).toBe(4 + 2 + 3);
  });
});

test(
  "no stream is too strange: 20,000 of them end, with a usage that can be counted or none",
  { timeout: 60_000 },
  () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "data: ",
        "data:",
        "\n",
        "\n\n",
        "\r\n",
        "[DONE]",
        "event: error\n",
        ": ping\n",
        "{",
        "}",
        "[",
        "]",
        '"usage":',
        '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
        '"prompt_tokens":',
        "null",
        "1e999",
        "-0",
        '"usage":{"usage":{',
        '{"message":{"usage":{"input_tokens":2}}}',
        "\\",
        '"',
        "\u0000",
        "\ud800",
      ),
      fc.string({ maxLength: 20 }),
      fc.json({ maxDepth: 3 }),
    );
    const apis = fc.constantFrom(...(Object.keys(usageFormats) as UsageApi[]));
    const types = fc.constantFrom(SSE, JSON_TYPE, "application/x-ndjson");
    fc.assert(
      fc.property(apis, types, fc.array(piece, { maxLength: 12 }), (api, type, pieces) => {
        const seen = read(api, type, pieces);
        expect(seen?.textLength).toBeGreaterThanOrEqual(0);
        for (const tokens of Object.values(seen?.usage ?? {})) {
          expect(Number.isSafeInteger(tokens)).toBe(true);
          expect(tokens).toBeGreaterThanOrEqual(0);
        }
        // However it is cut.
        expect(read(api, type, inPieces(pieces.join(""), 3))).toEqual(seen);
      }),
      { numRuns: toRuns(20_000) },
    );
  },
);

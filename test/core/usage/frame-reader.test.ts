// Bedrock's streams, framed by Amazon's own codec, in pieces of any size, damaged or not.

import { EventStreamCodec } from "@smithy/eventstream-codec";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { usageFormats } from "../../../src/core/usage/formats.ts";
import { createUsageReader, type SeenUsage, toUsagePlan } from "../../../src/core/usage/usage-reader.ts";
import { toRuns } from "../../property-runs.ts";

const plan = toUsagePlan(usageFormats.bedrock);
const codec = new EventStreamCodec(
  (bytes) => new TextDecoder().decode(bytes),
  (text) => new TextEncoder().encode(text),
);
const text = (value: string): { type: "string"; value: string } => ({ type: "string", value });

function toFrame(name: string, document: string, hasNameLast = false): Uint8Array {
  const named = { ":event-type": text(name) };
  const others = { ":content-type": text("application/json"), ":message-type": text("event") };
  const headers = hasNameLast ? { ...others, ...named } : { ...named, ...others };
  return codec.encode({ headers, body: new TextEncoder().encode(document) });
}

const toDelta = (content: string): Uint8Array =>
  toFrame("contentBlockDelta", JSON.stringify({ contentBlockIndex: 0, delta: { text: content }, p: "abc" }));
const toMetadata = (usage: object, hasNameLast = false): Uint8Array =>
  toFrame("metadata", JSON.stringify({ metrics: { latencyMs: 9 }, usage, p: "ab" }), hasNameLast);

const join = (frames: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(frames.flatMap((frame) => [...frame]));

/** As the gateway has it: pieces of bytes, decoded as they come. */
function read(bytes: Uint8Array, sizes: readonly number[] = [bytes.length]): SeenUsage {
  const reader = createUsageReader(plan, "application/vnd.amazon.eventstream") ?? expect.fail();
  const decoder = new TextDecoder();
  for (let from = 0, at = 0; from < bytes.length; at += 1) {
    const to = from + (sizes[at % sizes.length] ?? 1);
    reader.write(decoder.decode(bytes.subarray(from, to), { stream: true }));
    from = to;
  }
  return reader.end();
}

const USAGE = { inputTokens: 12, outputTokens: 7, totalTokens: 19, cacheReadInputTokens: 3 };
const SEEN = { input: 15, output: 7, cachedInput: 3, reasoning: 0 };
const START = toFrame("messageStart", '{"role":"assistant"}');
const STOP = toFrame("messageStop", '{"stopReason":"end_turn"}');

describe("a stream of frames", () => {
  test.each([false, true])(
    "says its usage in its metadata (the name as the last header: %s)",
    (hasNameLast) => {
      const bytes = join([START, toDelta("hé 漢"), toDelta('"{'), STOP, toMetadata(USAGE, hasNameLast)]);
      expect(read(bytes)).toEqual({ usage: SEEN, textLength: 6 });
      expect(read(bytes, [1])).toEqual({ usage: SEEN, textLength: 6 });
    },
  );

  test("is told by its metadata alone: not by what the model says, nor by other events", () => {
    const said = JSON.stringify({ usage: { inputTokens: 9_999, outputTokens: 9_999 } });
    const spoken = toDelta(`\u000b:event-type\u0007\u0000\u0008metadata${said}`);
    const other = toFrame("contentBlockStop", said);
    expect(read(join([START, spoken, other])).usage).toBeUndefined();
    expect(read(join([START, spoken, other, toMetadata(USAGE), spoken, other])).usage).toEqual(SEEN);
  });

  test("that has an exception, or no documents, says nothing", () => {
    const exception = codec.encode({
      headers: { ":exception-type": text("throttlingException"), ":message-type": text("exception") },
      body: new TextEncoder().encode('{"message":"slow down","usage":{"inputTokens":5,"outputTokens":5}}'),
    });
    expect(read(join([START, exception])).usage).toBeUndefined();
    expect(read(join([toFrame("ping", ""), toFrame("ping", ""), toMetadata(USAGE)])).usage).toEqual(SEEN);
    expect(read(new Uint8Array()).usage).toBeUndefined();
  });

  test("is read behind a frame that is broken or too long, and holds no more than a document", () => {
    const torn = toDelta("half of it").slice(0, -20);
    expect(read(join([torn, toMetadata(USAGE)])).usage).toEqual(SEEN);
    const huge = toFrame(
      "metadata",
      JSON.stringify({ usage: { inputTokens: 5, outputTokens: 5 }, x: "x".repeat(300_000) }),
    );
    expect(read(huge).usage).toBeUndefined();
    expect(read(join([huge, toMetadata(USAGE)]), [997]).usage).toEqual(SEEN);
  });

  test("is read in the time that its bytes are worth, a byte at a time", () => {
    const open = toFrame("metadata", `{"x":"${"x".repeat(500_000)}`);
    const startedMs = performance.now();
    expect(read(open, [1]).usage).toBeUndefined();
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });

  test("says the same in pieces of any size, whatever the model says", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.constantFrom("a", "é", "漢", "😀", "\u0000", "\u0007", '"', "{", "}", "\\", "\n"),
          }),
          { maxLength: 6 },
        ),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 }),
        (said, sizes) => {
          const bytes = join([START, ...said.map(toDelta), STOP, toMetadata(USAGE)]);
          expect(read(bytes, sizes)).toEqual(read(bytes));
          expect(read(bytes).usage).toEqual(SEEN);
        },
      ),
      { numRuns: toRuns(100) },
    );
  });

  test("of anything ends, and counts nothing that is no number of tokens", () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(START, STOP, toMetadata(USAGE), toMetadata({ inputTokens: -1, outputTokens: 1e300 })),
      fc
        .tuple(fc.constant(toMetadata(USAGE)), fc.nat({ max: 200 }))
        .map(([frame, cut]) => frame.slice(0, cut)),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), fc.integer({ min: 1, max: 9 }), (frames, size) => {
        const { usage, textLength } = read(join(frames), [size]);
        expect(textLength).toBe(0);
        if (usage !== undefined) expect(usage).toEqual(SEEN);
      }),
      { numRuns: toRuns(500) },
    );
  });
});

// Events that are taken out of a stream, wherever its pieces are cut, and bytes of all others that stay as they are.

import { describe, expect, test } from "vitest";
import { isUsageEvent } from "../../../src/core/usage/ask-usage.ts";
import { EventFilter } from "../../../src/gateway/request/event-filter.ts";

const WORD = 'data: {"choices":[{"delta":{"content":"w\u00f6rd"}}],"usage":null}';
const ASKED = 'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}}';
const LAST = 'data: {"choices":[{"delta":{}}],"usage":{"prompt_tokens":3}}';
const DONE = "data: [DONE]";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function filter(bytes: Uint8Array, cut: number): Uint8Array {
  const events = new EventFilter(isUsageEvent);
  const kept: number[] = [];
  for (let at = 0; at < bytes.byteLength; at += cut) kept.push(...events.write(bytes.slice(at, at + cut)));
  return Uint8Array.from([...kept, ...events.end()]);
}

const sizes = [1, 2, 3, 7, 64, 100, 1_000];

describe("EventFilter", () => {
  test.each(sizes.flatMap((size) => ["\n\n", "\r\n\r\n"].map((end) => [size, end] as const)))(
    "takes out what was asked for and nothing else, in pieces of %i that end with %j",
    (size, end) => {
      const before = [WORD, ASKED, WORD, LAST, DONE].join(end) + end;
      const after = [WORD, WORD, LAST, DONE].join(end) + end;
      expect(filter(encode(before), size)).toEqual(encode(after));
    },
  );

  test("leaves bytes that are no text beside what is taken out", () => {
    const odd = Uint8Array.from([...encode(`data: `), 0xff, 0xfe, 0x80, ...encode("\n\n")]);
    const before = Uint8Array.from([...odd, ...encode(`${ASKED}\n\n`), ...odd]);
    expect(filter(before, before.byteLength)).toEqual(Uint8Array.from([...odd, ...odd]));
  });

  test("hands on the very bytes where nothing is taken out", () => {
    const piece = encode(`${WORD}\n\n${WORD}\n\n`);
    expect(new EventFilter(isUsageEvent).write(piece).buffer).toBe(piece.buffer);
  });
});

// Bodies that come in many small pieces: read together where they come fast, at once where they do not, and whole. Those of
// an origin are read in test/conformance/limits/token-limits.test.ts.

import { expect, test } from "vitest";
import { type BatchReader, toBatchReader } from "../../src/platform/batch-reader.ts";

const PIECES = 2_000;
const toPiece = (at: number): string => `data: {"at":${at}}\n\n`;
const WHOLE = Array.from({ length: PIECES }, (_, at) => toPiece(at)).join("");
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Of our own making, as fast as it is read. */
function createBody(end: (controller: ReadableByteStreamController) => void): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    type: "bytes",
    pull: (controller: ReadableByteStreamController) => {
      if (at < PIECES) controller.enqueue(encode(toPiece(at)));
      else end(controller);
      at += 1;
    },
  });
}

async function readAll({ read }: BatchReader, onText: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for (let piece = await read(); piece !== undefined; piece = await read())
    onText(decoder.decode(piece, { stream: true }));
}

test("every byte is read once", async () => {
  const body = createBody((controller) => {
    controller.close();
    controller.byobRequest?.respond(0);
  });
  let all = "";
  await readAll(toBatchReader(body), (text) => (all += text));
  expect(all).toBe(WHOLE);
});

test("what breaks off breaks off, behind what has come", async () => {
  const body = createBody((controller) => {
    controller.error(new Error("broken off"));
  });
  let all = "";
  await expect(readAll(toBatchReader(body), (text) => (all += text))).rejects.toThrow("broken off");
  expect(WHOLE.startsWith(all)).toBe(true);
  expect(all.length).toBeGreaterThan(1_000);
});

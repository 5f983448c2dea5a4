import { describe, expect, test } from "vitest";
import { createPipe } from "../../src/platform/pipe-stream.ts";
import { readUpTo } from "../../src/platform/read-up-to.ts";

const BOUNDS = { bytesMax: 1_000, timeMsMax: 60 };

/** A body of pieces, each after so many milliseconds; then it ends, fails, or stalls. */
function createBody(
  pieces: readonly (readonly [afterMs: number, text: string])[],
  ending: "close" | "fail" | "stall" = "close",
): ReadableStream<Uint8Array> {
  const { readable, writable } = createPipe();
  const writer = writable.getWriter();
  const write = async (): Promise<void> => {
    for (const [afterMs, text] of pieces) {
      if (afterMs > 0) await scheduler.wait(afterMs);
      await writer.write(new TextEncoder().encode(text));
    }
    if (ending === "close") await writer.close();
    if (ending === "fail") await writer.abort(new Error("broken off"));
  };
  write().catch(() => undefined);
  return readable;
}

const toText = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const readRest = (stream: ReadableStream): Promise<string> => new Response(stream).text();
const ofOurs = (text: string): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const letter of text) controller.enqueue(new TextEncoder().encode(letter));
      controller.close();
    },
  });

describe("readUpTo()", () => {
  test.each([
    ["nothing", [], ""],
    ["one piece", [[0, "abc"]], "abc"],
    ["many pieces", Array.from({ length: 1_000 }, () => [0, "x"] as const), "x".repeat(1_000)],
  ] as const)("reads a body of %s", async (_what, pieces, text) => {
    const read = await readUpTo(createBody(pieces), BOUNDS);
    expect(read.kind === "whole" && toText(read.bytes)).toBe(text);
  });

  test("reads what is no body, and what is a stream of ours", async () => {
    expect(await readUpTo(null, BOUNDS)).toEqual({ kind: "whole", bytes: new Uint8Array() });
    const read = await readUpTo(ofOurs("abc"), BOUNDS);
    expect(read.kind === "whole" && toText(read.bytes)).toBe("abc");
  });

  test("holds no more memory than what it read", async () => {
    const pieces = Array.from({ length: 700 }, () => [0, "x"] as const);
    const read = await readUpTo(createBody(pieces), { ...BOUNDS, isShared: true });
    expect(read.kind === "whole" && read.bytes.buffer.byteLength).toBe(700);
  });

  test.each([
    ["long", "x".repeat(3_000), 0],
    ["late", "first", 600],
  ] as const)("gives back a body that is too %s, with every byte", async (kind, text, afterMs) => {
    const read = await readUpTo(
      createBody([
        [0, text],
        [afterMs, " and last"],
      ]),
      BOUNDS,
    );
    expect(read.kind).toBe(kind);
    if (read.kind !== "whole") expect(await readRest(read.stream)).toBe(`${text} and last`);
  });

  test("gives back one that breaks off as it came: it breaks off", async () => {
    const read = await readUpTo(createBody([[0, "x".repeat(1_024)]], "fail"), { ...BOUNDS, bytesMax: 5_000 });
    expect(read).toMatchObject({ kind: "broken", cause: "broken off" });
    if (read.kind === "broken") await expect(readRest(read.stream)).rejects.toThrow();
  });

  test("cancels the source where what it gives back is cancelled", async () => {
    const body = createBody([[0, "first"]], "stall");
    const read = await readUpTo(body, BOUNDS);
    expect(read.kind).toBe("late");
    if (read.kind !== "whole") await read.stream.cancel();
  });

  test("waits longer for what comes fast enough, where bytes buy time", async () => {
    const pieces = Array.from({ length: 9 }, () => [100, "x".repeat(1_024)] as const);
    const bounds = { bytesMax: 10_000, timeMsMax: 300 };
    expect((await readUpTo(createBody(pieces), bounds)).kind).toBe("late");
    expect((await readUpTo(createBody(pieces), { ...bounds, msPerByte: 1 })).kind).toBe("whole");
  });
});

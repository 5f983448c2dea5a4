import { describe, expect, test } from "vitest";
import { createPipe, type Pace, pipeStream, splitStream } from "../../src/platform/pipe-stream.ts";

/** Bytes that differ from their neighbours, so that a piece in the wrong place is seen. */
function toBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) % 251);
}

/** A source of pieces of these lengths, which then ends or fails. */
function createSource(
  lengths: readonly number[],
  end: "close" | "fail" = "close",
): ReadableStream<Uint8Array> {
  const { readable, writable } = createPipe();
  const writer = writable.getWriter();
  const write = async (): Promise<void> => {
    let at = 0;
    const bytes = toBytes(lengths.reduce((sum, length) => sum + length, 0));
    for (const length of lengths) await writer.write(bytes.slice(at, (at += length)));
    if (end === "close") await writer.close();
    else await writer.abort(new Error("broken off"));
  };
  // The reader may go first.
  write().catch(() => undefined);
  return readable;
}

function createPace(isWantedUnread = false): Pace {
  return { waitingSinceMs: Infinity, isWantedUnread: () => isWantedUnread };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const lengths = [
  [1],
  [4_095, 1, 4_096, 4_097, 1],
  Array.from({ length: 300 }, (_, at) => at + 1),
  [500_000, 1, 1, 1, 70_000],
];

describe("pipeStream()", () => {
  test.each(lengths.flatMap((some) => [undefined, createPace()].map((pace) => [some, pace] as const)))(
    "takes every byte from one pipe into another, which the platform does not: %j",
    async (some, pace) => {
      const total = some.reduce((sum, length) => sum + length, 0);
      const { readable, writable } = createPipe(total);
      const piped = pipeStream(createSource(some), writable, { pace });
      expect(await readAll(readable)).toEqual(toBytes(total));
      await piped;
    },
  );

  test("takes half of what comes out of a pipe, small pieces and all", async () => {
    const some = Array.from({ length: 300 }, () => 20);
    const [half, other] = splitStream(createSource(some));
    const { readable, writable } = createPipe();
    const piped = pipeStream(half, writable, { pace: createPace() });
    const [first, second] = await Promise.all([readAll(readable), readAll(other)]);
    await piped;
    expect(first).toEqual(toBytes(6_000));
    expect(second).toEqual(first);
  });

  test("takes what comes out of no pipe too", async () => {
    const { readable, writable } = createPipe();
    const source = new Response(toBytes(100_000)).body;
    if (source === null) throw new Error("no body");
    const piped = pipeStream(source, writable);
    expect(await readAll(readable)).toEqual(toBytes(100_000));
    await piped;
  });

  test("fails when its source does, and so does what is read", async () => {
    const { readable, writable } = createPipe();
    const piped = pipeStream(createSource([5], "fail"), writable);
    const ends = await Promise.allSettled([piped, readAll(readable)]);
    expect(ends.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("fails when nobody reads any longer, and cancels its source", async () => {
    let isCancelled = false;
    const source = new ReadableStream({
      type: "bytes",
      pull: (controller) => {
        controller.enqueue(toBytes(10));
      },
      cancel: () => {
        isCancelled = true;
      },
    });
    const { readable, writable } = createPipe();
    const piped = pipeStream(source, writable, { pace: createPace() });
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel();
    await expect(piped).rejects.toThrow();
    expect(isCancelled).toBe(true);
  });

  test.each(["as the platform does", "by hand"])("ends by its signal while nobody reads: %s", async (how) => {
    const bytes = new Response(toBytes(5_000_000)).body;
    if (bytes === null) throw new Error("no body");
    const { readable, writable } = createPipe();
    const controller = new AbortController();
    const [pace, { signal }] = [how === "by hand" ? createPace() : undefined, controller];
    const ends: string[] = [];
    const tap = { write: () => undefined, end: (end: string) => ends.push(end) };
    const piped = pipeStream(bytes, writable, { pace, signal, tap: pace && tap });
    const reader = readable.getReader();
    await reader.read();
    controller.abort(new Error("too late"));
    await expect(piped).rejects.toThrow("too late");
    expect(ends).toEqual(pace === undefined ? [] : ["broken"]);
  });

  test("reads on to the end where that is wanted though nobody reads", async () => {
    let pieces = 0;
    const source = new ReadableStream({
      type: "bytes",
      pull: (controller) => {
        pieces += 1;
        if (pieces <= 10) controller.enqueue(toBytes(10));
        else controller.close();
        controller.byobRequest?.respond(0);
      },
    });
    const { readable, writable } = createPipe();
    const piped = pipeStream(source, writable, { pace: createPace(true) });
    const reader = readable.getReader();
    await reader.read();
    await reader.cancel();
    await piped.catch(() => undefined);
    expect(pieces).toBe(11);
  });
});

// Reads a body piece by piece, each into the same memory: by itself the platform takes a fresh 4 KiB for every piece, and a
// turn of the event loop, however small the piece is.

const BLOCK_BYTES = 16_384;
/** What is worth a turn, for a reader who wants the whole. */
const GATHERED_BYTES = 1_024;

export interface BodyReader {
  /** What has come, as soon as anything has; undefined at the end. To be used up before the next read. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** The same, but waits until it is worth while, or the end. */
  readonly gather: () => Promise<Uint8Array | undefined>;
  readonly cancel: (reason?: unknown) => Promise<void>;
}

export function toReader(body: ReadableStream<Uint8Array>): BodyReader {
  return toBlockReader(body) ?? toPieceReader(body.getReader());
}

/** undefined for a stream that is made of our own pieces: they are as large as they were made. */
function toBlockReader(body: ReadableStream<Uint8Array>): BodyReader | undefined {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
  let block = new Uint8Array(BLOCK_BYTES);
  const readAtLeast = async (least: number): Promise<Uint8Array | undefined> => {
    const { done, value } = await reader.readAtLeast(least, block);
    if (done) return undefined;
    block = new Uint8Array(value.buffer);
    return value;
  };
  return {
    read: () => readAtLeast(1),
    gather: () => readAtLeast(GATHERED_BYTES),
    cancel: (reason) => reader.cancel(reason),
  };
}

function toPieceReader(reader: ReadableStreamDefaultReader<Uint8Array>): BodyReader {
  const read = async (): Promise<Uint8Array | undefined> => (await reader.read()).value;
  return { read, gather: read, cancel: (reason) => reader.cancel(reason) };
}

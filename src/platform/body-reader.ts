// Reads a body piece by piece into the same memory. By itself the platform takes a fresh 4 KiB for each piece, and a turn
// of the event loop, however small the piece is.

/** The memory grows with what comes at once: large bodies pass in few turns, and small ones take little. */
const BLOCK_BYTES = 4_096;
const BLOCK_BYTES_MAX = 65_536;
/** What is worth a turn. */
const GATHERED_BYTES = 1_024;
/** Of a body in more pieces than this which are not worth a turn, they are gathered. */
const CRUMBS_MAX = 1_000;

export interface BodyReader {
  /** What has come, as soon as anything has; a body in crumbs is gathered. undefined at the end. Used up before the next read. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** The same, but waits until it is worth a turn, or the end. */
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
  let block = new ArrayBuffer(BLOCK_BYTES);
  let crumbs = 0;
  const readAtLeast = async (least: number): Promise<Uint8Array | undefined> => {
    const { done, value } = await reader.readAtLeast(least, new Uint8Array(block));
    if (done) return undefined;
    const { byteLength, buffer } = value;
    if (byteLength < GATHERED_BYTES) crumbs += 1;
    const isFull = byteLength === buffer.byteLength && byteLength < BLOCK_BYTES_MAX;
    block = isFull ? new ArrayBuffer(4 * byteLength) : buffer;
    return value;
  };
  return {
    read: () => readAtLeast(crumbs < CRUMBS_MAX ? 1 : GATHERED_BYTES),
    gather: () => readAtLeast(GATHERED_BYTES),
    cancel: (reason) => reader.cancel(reason),
  };
}

function toPieceReader(reader: ReadableStreamDefaultReader<Uint8Array>): BodyReader {
  const read = async (): Promise<Uint8Array | undefined> => (await reader.read()).value;
  return { read, gather: read, cancel: (reason) => reader.cancel(reason) };
}

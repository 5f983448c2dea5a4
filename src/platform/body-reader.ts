// Reads a body piece by piece into the same memory. By itself the platform takes a fresh 4 KiB for each piece, and a turn
// of the event loop, however small the piece is.

/** The memory of a reader: little while little comes, for a stream that waits holds it; much when much does. */
const BLOCK_BYTES_MIN = 4_096;
const BLOCK_BYTES_MAX = 65_536;
/** What is worth a turn. */
const GATHERED_BYTES = 1_024;
/** Of a body in more pieces than this which are not worth a turn, they are gathered. */
const CRUMBS_MAX = 1_000;

export interface BodyReader {
  /** What has come, as soon as anything has; undefined at the end. To be used up before the next read. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** The same, but waits until it is worth a turn, or the end. */
  readonly gather: () => Promise<Uint8Array | undefined>;
  readonly cancel: (reason?: unknown) => Promise<void>;
  /** Leaves the rest of the body to another reader. Not while it is read. */
  readonly release: () => void;
}

/** `gatheredBytes`: what is worth a turn. */
export function toReader(
  body: ReadableStream<Uint8Array>,
  gatheredBytes: number = GATHERED_BYTES,
): BodyReader {
  return toBlockReader(body, gatheredBytes) ?? toPieceReader(body.getReader());
}

/** undefined for a stream that is made of our own pieces: they are as large as they were made. */
function toBlockReader(body: ReadableStream<Uint8Array>, gatheredBytes: number): BodyReader | undefined {
  let reader: ReadableStreamBYOBReader;
  try {
    reader = body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
  const blockBytesMin = Math.max(BLOCK_BYTES_MIN, gatheredBytes);
  let block = new ArrayBuffer(blockBytesMin);
  const readAtLeast = async (least: number): Promise<Uint8Array | undefined> => {
    const { done, value } = await reader.readAtLeast(least, new Uint8Array(block));
    if (done) return undefined;
    block = toNextBlock(value, blockBytesMin);
    return value;
  };
  return {
    read: () => readAtLeast(1),
    gather: () => readAtLeast(gatheredBytes),
    cancel: (reason) => reader.cancel(reason),
    release: () => {
      reader.releaseLock();
    },
  };
}

/** The same memory again, unless it was far too small or too large. */
function toNextBlock({ buffer, byteLength }: Uint8Array<ArrayBuffer>, bytesMin: number): ArrayBuffer {
  const bytes = buffer.byteLength;
  if (byteLength === bytes && bytes < BLOCK_BYTES_MAX) return new ArrayBuffer(4 * bytes);
  if (byteLength < bytes / 16 && bytes > bytesMin) return new ArrayBuffer(bytesMin);
  return buffer;
}

function toPieceReader(reader: ReadableStreamDefaultReader<Uint8Array>): BodyReader {
  const read = async (): Promise<Uint8Array | undefined> => (await reader.read()).value;
  return {
    read,
    gather: read,
    cancel: (reason) => reader.cancel(reason),
    release: () => {
      reader.releaseLock();
    },
  };
}

/** How a request's body is read on: as it comes, and gathered once it has come in a thousand crumbs. */
export function toThriftyRead({ read, gather }: BodyReader): BodyReader["read"] {
  let crumbs = 0;
  return async () => {
    const piece = await (crumbs < CRUMBS_MAX ? read() : gather());
    if (piece !== undefined && piece.byteLength < GATHERED_BYTES) crumbs += 1;
    return piece;
  };
}

// The client's body of unknown length on its way to an origin. Where the client breaks it off or writes it wrongly that is
// no failure of the origin, which the runtime's error does not tell apart. And a stream that fails would reach the origin as
// one that ended: workerd writes the last chunk all the same. So the whole exchange is cut.

/** A piece is small while little comes, for an upload that waits holds it, and large when much does. */
const PIECE_BYTES_MIN = 4_096;
const PIECE_BYTES_MAX = 65_536;

export interface Upload {
  readonly body: ReadableStream;
  /** Aborted when the client's body fails. */
  readonly signal: AbortSignal;
}

export function startUpload(source: ReadableStream<Uint8Array>): Upload {
  const { readable, writable } = new IdentityTransformStream();
  const aborter = new AbortController();
  void pump(source.getReader({ mode: "byob" }), writable.getWriter(), (error) => {
    aborter.abort(error);
  });
  return { body: readable, signal: aborter.signal };
}

/** By hand, for a pipe does not tell which of its sides has failed. Never rejects. */
async function pump(
  reader: ReadableStreamBYOBReader,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  onBroken: (error: unknown) => void,
): Promise<void> {
  let piece = new Uint8Array(PIECE_BYTES_MIN);
  try {
    for (;;) {
      const { done, value } = await reader.read(piece).catch((error: unknown) => {
        onBroken(error);
        throw error;
      });
      if (done) break;
      await writer.write(value);
      const { buffer, byteLength } = value;
      const isFull = byteLength === buffer.byteLength && byteLength < PIECE_BYTES_MAX;
      piece = isFull ? new Uint8Array(2 * byteLength) : new Uint8Array(buffer);
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
  }
}

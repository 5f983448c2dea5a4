// The client's body of unknown length on its way to an origin. Where the client breaks it off or writes it wrongly that is
// no failure of the origin, which the runtime's error does not tell apart. And a stream that fails would reach the origin as
// one that ended: workerd writes the last chunk all the same. So whoever sends it has to cut the whole exchange.

/** A piece is small while little comes, for an upload that waits holds it, and large when much does. */
const PIECE_BYTES_MIN = 4_096;
const PIECE_BYTES_MAX = 65_536;

export interface Upload {
  readonly body: ReadableStream;
  /** Whether it was the client's side that failed. */
  readonly isBroken: () => boolean;
}

/** `cut` is called when the client's body fails. */
export function startUpload(source: ReadableStream<Uint8Array>, cut: (cause: string) => void): Upload {
  const { readable, writable } = new IdentityTransformStream();
  let isBroken = false;
  void pump(source.getReader({ mode: "byob" }), writable.getWriter(), () => {
    isBroken = true;
    cut("the client's body broke off");
  });
  return { body: readable, isBroken: () => isBroken };
}

/** By hand, for a pipe does not tell which of its sides has failed. Never rejects. */
async function pump(
  reader: ReadableStreamBYOBReader,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  onBroken: () => void,
): Promise<void> {
  let piece = new Uint8Array(PIECE_BYTES_MIN);
  try {
    for (;;) {
      const { done, value } = await reader.read(piece).catch((error: unknown) => {
        onBroken();
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

// Pipes one stream of bytes into another: natively where the platform can and nothing has to be seen, for what passes
// through JavaScript costs ten times as much. The platform pipes nothing from one pipe's end into another's beginning:
// that is done by hand, as is what has a pace to be watched.

import { type BodyReader, toReader } from "./body-reader.ts";
import { readClock } from "./clock.ts";

export interface Pace {
  /** Since when the source is waited for. Infinity while it is the reader: a slow one is no stalled source. */
  waitingSinceMs: number;
  /** Whether what is read is wanted also when nobody reads what is written. */
  readonly isWantedUnread: () => boolean;
}

/** What comes out of a pipe. */
const piped = new WeakSet<ReadableStream>();

/** A length that is stated stays stated. */
export function createPipe(lengthBytes?: number): IdentityTransformStream {
  const pipe = lengthBytes === undefined ? new IdentityTransformStream() : new FixedLengthStream(lengthBytes);
  piped.add(pipe.readable);
  return pipe;
}

/** Resolves when all has been written; rejects when either side fails, and ends the other. */
export function pipeStream(
  source: ReadableStream<Uint8Array>,
  target: WritableStream<Uint8Array>,
  pace?: Pace,
): Promise<void> {
  if (pace === undefined && !piped.has(source)) return source.pipeTo(target);
  return pump(toReader(source), target.getWriter(), pace);
}

async function pump(
  reader: BodyReader,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  pace?: Pace,
): Promise<void> {
  let isRead = true;
  const leave = (error: unknown): void => {
    if (pace?.isWantedUnread() !== true) throw error;
    isRead = false;
  };
  try {
    for (;;) {
      if (pace !== undefined) pace.waitingSinceMs = readClock();
      const piece = await reader.read();
      if (pace !== undefined) pace.waitingSinceMs = Infinity;
      if (piece === undefined) break;
      if (isRead) await writer.write(piece).catch(leave);
    }
    await writer.close();
  } catch (error) {
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
    throw error;
  }
}

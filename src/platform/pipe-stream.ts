// Pipes one stream of bytes into another: natively where the platform can and nothing has to be seen, for what passes
// through JavaScript costs ten times as much. The platform pipes nothing from one pipe's end into another's beginning:
// that is done by hand, as is what has a pace to be watched.

import { type BatchReader, toBatchReader } from "./batch-reader.ts";
import { toReader } from "./body-reader.ts";
import { readClock } from "./clock.ts";

export interface Pace {
  /** Since when the source is waited for. Infinity while it is the reader: a slow one is no stalled source. */
  waitingSinceMs: number;
  /** Whether what is read is wanted also when nobody reads what is written. */
  readonly isWantedUnread: () => boolean;
}

/** How a body has come to its end: whole, with its reader gone before, or broken off at its source. */
export type BodyEnd = "whole" | "left" | "broken";

/** Sees what passes, before it is changed. Never throws, and keeps nothing that it is given: its memory is used again. */
export interface PieceTap {
  readonly write: (piece: Uint8Array) => void;
  /** Called once. */
  readonly end: (how: BodyEnd) => void;
}

/** Changes what passes. What it is given is not kept: its memory is used again. */
export interface PieceFilter {
  readonly write: (piece: Uint8Array) => Uint8Array;
  /** What is left at the end. */
  readonly end: () => Uint8Array;
}

export interface PipeOptions {
  /** Ends it, also while nobody reads what was written. undefined: the source alone does. */
  readonly signal?: AbortSignal | undefined;
  /** What the target gets, and then its end, where the source fails; undefined: its end is a failure too. */
  readonly toLastWords?: (() => Uint8Array | undefined) | undefined;
  readonly pace?: Pace | undefined;
  readonly tap?: PieceTap | undefined;
  readonly filter?: PieceFilter | undefined;
}

/** How long a client may take to read that the rest will not come. */
const LAST_WORDS_MS = 1_000;

/** What comes out of a pipe. */
const piped = new WeakSet<ReadableStream>();

/** A length that is stated stays stated. */
export function createPipe(lengthBytes?: number): IdentityTransformStream {
  const pipe = lengthBytes === undefined ? new IdentityTransformStream() : new FixedLengthStream(lengthBytes);
  piped.add(pipe.readable);
  return pipe;
}

/** Two of one; what comes out of a pipe still does. */
export function splitStream(
  source: ReadableStream<Uint8Array>,
): readonly [ReadableStream<Uint8Array>, ReadableStream<Uint8Array>] {
  const halves = source.tee();
  if (piped.has(source)) for (const half of halves) piped.add(half);
  return halves;
}

/** Resolves when all has been written; rejects when either side fails, and ends the other. */
export function pipeStream(
  source: ReadableStream<Uint8Array>,
  target: WritableStream<Uint8Array>,
  options: PipeOptions = {},
): Promise<void> {
  const { pace, tap, filter, toLastWords, signal } = options;
  const isPlain = pace === undefined && tap === undefined && filter === undefined;
  if (isPlain && !piped.has(source))
    return toLastWords === undefined
      ? source.pipeTo(target, signal && { signal })
      : pipeToLastWords(source, target, { toLastWords, signal });
  // What comes out of a pipe cannot be piped on, as a batch reader does.
  const reader = piped.has(source) ? toReader(source) : toBatchReader(source);
  return pump(reader, target.getWriter(), options);
}

async function pipeToLastWords(
  source: ReadableStream<Uint8Array>,
  target: WritableStream<Uint8Array>,
  {
    toLastWords,
    signal,
  }: Pick<PipeOptions, "signal"> & { readonly toLastWords: () => Uint8Array | undefined },
): Promise<void> {
  try {
    await source.pipeTo(target, { preventAbort: true, ...(signal && { signal }) });
  } catch (error) {
    await sayLast(target.getWriter(), toLastWords(), error);
    throw error;
  }
}

/** Where nobody reads any longer nothing comes of it, and it is not waited for. Never rejects. */
async function sayLast(
  writer: WritableStreamDefaultWriter<Uint8Array>,
  words: Uint8Array | undefined,
  error: unknown,
): Promise<void> {
  const said = words === undefined ? Promise.reject(error) : writer.write(words).then(() => writer.close());
  const late = scheduler.wait(LAST_WORDS_MS).then(() => Promise.reject(error));
  await Promise.race([said, late]).catch(() => writer.abort(error).catch(() => undefined));
}

interface Ending {
  readonly hasCut: () => boolean;
  /** Once, however often it is called. */
  readonly cut: (error: unknown) => Promise<void>;
  readonly forget: () => void;
}

/** What waits for its reader does not hear that its source has failed: the signal cuts it. */
function endBySignal(signal: AbortSignal | undefined, cut: Ending["cut"]): Ending {
  let ended: Promise<void> | undefined;
  const stop = (): void => {
    ended = cut(signal?.reason);
    ended.catch(() => undefined);
  };
  signal?.addEventListener("abort", stop);
  return {
    hasCut: () => ended !== undefined,
    cut: async (error) => ended ?? cut(error),
    forget: () => signal?.removeEventListener("abort", stop),
  };
}

async function pump(
  reader: BatchReader,
  writer: WritableStreamDefaultWriter<Uint8Array>,
  { pace, tap, filter, toLastWords, signal }: PipeOptions,
): Promise<void> {
  let isRead = true;
  let how: BodyEnd = "broken";
  const ending = endBySignal(signal, (error) =>
    toLastWords === undefined ? writer.abort(error) : sayLast(writer, toLastWords(), error),
  );
  const leave = (error: unknown): void => {
    if (pace?.isWantedUnread() !== true) throw error;
    isRead = false;
  };
  const write = async (piece: Uint8Array): Promise<void> => {
    if (isRead && piece.byteLength > 0) await writer.write(piece).catch(leave);
  };
  try {
    for (;;) {
      if (pace !== undefined) pace.waitingSinceMs = readClock();
      const piece = await reader.read();
      if (pace !== undefined) pace.waitingSinceMs = Infinity;
      how = "left";
      if (piece === undefined) break;
      tap?.write(piece);
      await write(filter === undefined ? piece : filter.write(piece));
      how = "broken";
    }
    if (filter !== undefined) await write(filter.end());
    await writer.close();
    how = "whole";
  } catch (error) {
    if (ending.hasCut()) how = "broken";
    await Promise.allSettled([ending.cut(error), reader.cancel(error)]);
    throw error;
  } finally {
    ending.forget();
    tap?.end(how);
  }
}

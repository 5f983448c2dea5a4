// Reads a body as far as it may be long and take time, into one buffer: whoever sends it a byte at a time gets no more
// memory and hardly more computing time than its bytes are worth.

import { Patience } from "../core/http/patience.ts";
import { type BodyReader, toReader, toThriftyRead } from "./body-reader.ts";
import { readClock } from "./clock.ts";
import { watch } from "./watch.ts";

export interface ReadBounds {
  readonly bytesMax: number;
  readonly timeMsMax: number;
  /** What a byte that comes buys back of the time. Default: nothing. */
  readonly msPerByte?: number;
  /** Whether the body is one of two that another was split into: what one waits for, the other waits for too. */
  readonly isShared?: boolean;
}

/** Where it is not whole, `stream` has all of it, from the first byte on, as it comes. Use it or cancel it. */
export type ReadBody =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  | { readonly kind: "long" | "late"; readonly stream: ReadableStream<Uint8Array> }
  | { readonly kind: "broken"; readonly stream: ReadableStream<Uint8Array>; readonly cause: string };

const NOTHING = new Uint8Array();

export async function readUpTo(
  body: ReadableStream<Uint8Array> | null,
  { bytesMax, timeMsMax, msPerByte = 0, isShared = false }: ReadBounds,
): Promise<ReadBody> {
  if (body === null) return { kind: "whole", bytes: NOTHING };
  const reader = toReader(body);
  const readOn = isShared ? toThriftyRead(reader) : reader.gather;
  const read = new GrowingBytes();
  const patience = new Patience(timeMsMax, msPerByte);
  patience.wait(readClock());
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const stop = watch(
    () => patience.dueMs,
    timeMsMax,
    () => {
      resolve("late");
    },
  );
  let next: ReturnType<BodyReader["read"]> | undefined;
  try {
    for (;;) {
      next = readOn();
      const piece = await Promise.race([next, late]);
      if (piece === "late") return { kind: "late", stream: goOn(read, next, reader) };
      if (piece === undefined) return { kind: "whole", bytes: read.take() };
      read.add(piece);
      patience.receive(piece.byteLength, readClock());
      if (read.length > bytesMax) return { kind: "long", stream: goOn(read, undefined, reader) };
      patience.wait(readClock());
    }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { kind: "broken", cause, stream: goOn(read, next, reader) };
  } finally {
    stop();
  }
}

/** undefined: it is no UTF-8. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `length` is how many bytes they are together. */
export function concatenate(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

/** What was read, then what the read under way brings, then the rest. */
function goOn(
  read: GrowingBytes,
  underWay: ReturnType<BodyReader["read"]> | undefined,
  reader: BodyReader,
): ReadableStream<Uint8Array> {
  let next = underWay;
  // Nobody may come for it.
  next?.catch(() => undefined);
  const readOn = toThriftyRead(reader);
  const first = read.take();
  let isFirst = first.byteLength > 0;
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (isFirst) {
        isFirst = false;
        controller.enqueue(first);
        return;
      }
      const piece = await (next ?? readOn());
      next = undefined;
      if (piece === undefined) controller.close();
      // The reader uses its memory again.
      else controller.enqueue(piece.slice());
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

class GrowingBytes {
  #bytes = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(piece: Uint8Array): void {
    const length = this.#length + piece.byteLength;
    if (length > this.#bytes.byteLength) {
      const grown = new Uint8Array(Math.max(length, 2 * this.#bytes.byteLength));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(piece, this.#length);
    this.#length = length;
  }

  /** The bytes, in memory that is no larger. */
  take(): Uint8Array {
    return this.#length === this.#bytes.byteLength ? this.#bytes : this.#bytes.slice(0, this.#length);
  }
}

// Reads a body that is passed on by hand. Each piece is a turn of the event loop, twice, which costs five times as much as
// passing it on; so of a body that comes in many small pieces, fast, those that come within a few milliseconds are read
// together. The platform hands out one piece at a time, however many have come; but what one half of a split body has read,
// the other half has in one piece. One half is read ahead, a little, and only to learn how much there is; the other is what
// is passed on. Nothing waits in it for longer than those milliseconds, and what comes slowly does not wait at all. Whoever
// waits for so many bytes of one half keeps the other waiting too: so it goes through a pipe, which asks for any.

import { type BodyReader, toReader } from "./body-reader.ts";
import { inTime } from "./in-time.ts";
import { readClock } from "./clock.ts";

/** How long what has come waits for more. */
const WAIT_MS = 5;
/** What does not wait for more. */
const ENOUGH_BYTES = 16_384;
/** A piece of no more than this is a small one. */
const SMALL_BYTES = 1_024;
/** So many small ones in so short a time are fast. */
const MANY = 50;
const FAST_MS = 100;

export type BatchReader = Pick<BodyReader, "read" | "cancel">;

/** Not for what comes out of a pipe, which the platform cannot pipe on. */
export function toBatchReader(body: ReadableStream<Uint8Array>): BatchReader {
  let reader = toReader(body);
  let ahead: Ahead | undefined;
  const crumbs = new Crumbs();
  const read = async (): Promise<Uint8Array | undefined> => {
    await ahead?.wait();
    const piece = await reader.read();
    if (piece !== undefined && ahead === undefined && crumbs.areFast(piece)) {
      reader.release();
      const [passed, copy] = body.tee();
      reader = toReader(passed);
      ahead = new Ahead(copy);
    }
    return piece;
  };
  const cancel = async (reason?: unknown): Promise<void> => {
    await Promise.all([reader.cancel(reason), ahead?.cancel(reason)]);
  };
  return { read, cancel };
}

/** Says when small pieces come fast. */
class Crumbs {
  #count = 0;
  #sinceMs = 0;

  areFast({ byteLength }: Uint8Array): boolean {
    if (byteLength > SMALL_BYTES) return false;
    if (this.#count === 0) this.#sinceMs = readClock();
    this.#count += 1;
    if (this.#count < MANY) return false;
    this.#count = 0;
    return readClock() - this.#sinceMs <= FAST_MS;
  }
}

/** The half that is read ahead. */
class Ahead {
  readonly #reader: BodyReader;
  #reading: Promise<void> | undefined;
  #isOver = false;

  constructor(copy: ReadableStream<Uint8Array>) {
    const { readable, writable } = new IdentityTransformStream();
    copy.pipeTo(writable).catch(() => undefined);
    this.#reader = toReader(readable, ENOUGH_BYTES);
  }

  /** Until enough has come, or long enough. */
  async wait(): Promise<void> {
    if (this.#isOver) return;
    this.#reading ??= this.#read();
    await inTime(this.#reading, WAIT_MS);
  }

  /** Never rejects: what the body fails of, the other half fails of too. */
  async #read(): Promise<void> {
    const piece = await this.#reader.gather().catch(() => undefined);
    this.#isOver = piece === undefined;
    this.#reading = undefined;
  }

  async cancel(reason?: unknown): Promise<void> {
    await this.#reader.cancel(reason);
  }
}

// What is read of an answer while it passes.

import type { BodyEnd, PieceTap } from "../../platform/pipe-stream.ts";

export type { BodyEnd } from "../../platform/pipe-stream.ts";

export interface BodyTap {
  readonly write: (text: string) => void;
  /** Called once. */
  readonly end: (how: BodyEnd) => void;
}

/** Of a longer answer no more is read. */
const TAPPED_BYTES_MAX = 67_108_864;

/** `hasLeft`: an error of the body may be that its client has left, with which the exchange was ended. */
export function toPieceTap(taps: readonly BodyTap[], hasLeft: () => boolean): PieceTap | undefined {
  return taps.length === 0 ? undefined : new TextTap(taps, hasLeft);
}

class TextTap implements PieceTap {
  readonly #taps: readonly BodyTap[];
  readonly #hasLeft: () => boolean;
  readonly #decoder = new TextDecoder();
  #bytes = 0;
  #isOver = false;

  constructor(taps: readonly BodyTap[], hasLeft: () => boolean) {
    this.#taps = taps;
    this.#hasLeft = hasLeft;
  }

  write(piece: Uint8Array): void {
    this.#bytes += piece.byteLength;
    if (this.#bytes > TAPPED_BYTES_MAX) this.end("broken");
    if (this.#isOver) return;
    try {
      const text = this.#decoder.decode(piece, { stream: true });
      for (const tap of this.#taps) tap.write(text);
    } catch {
      // The answer goes on, whoever reads it.
      this.end("broken");
    }
  }

  end(how: BodyEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const ended = how === "broken" && this.#hasLeft() ? "left" : how;
    for (const tap of this.#taps) tap.end(ended);
  }
}

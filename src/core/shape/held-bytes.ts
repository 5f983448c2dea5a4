// Bytes that are held back until all of them are there, however small the pieces are in which they come.

/** A function takes no more arguments than some ten thousand. */
const AT_ONCE = 8_192;
const ROOM_MIN = 256;
const NO_ROOM = new Uint8Array();

export class HeldBytes {
  #room = NO_ROOM;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(part: Uint8Array): void {
    const length = this.#length + part.byteLength;
    if (length > this.#room.byteLength) {
      const room = new Uint8Array(Math.max(ROOM_MIN, 2 * this.#room.byteLength, length));
      room.set(this.#room.subarray(0, this.#length));
      this.#room = room;
    }
    this.#room.set(part, this.#length);
    this.#length = length;
  }

  clear(): void {
    this.#length = 0;
  }

  /** Nothing is held any more. */
  take(): Uint8Array {
    const taken = this.#room.subarray(0, this.#length);
    this.#room = NO_ROOM;
    this.#length = 0;
    return taken;
  }

  /** A character for each byte. */
  toText(): string {
    const parts: string[] = [];
    for (let at = 0; at < this.#length; at += AT_ONCE)
      parts.push(String.fromCharCode(...this.#room.subarray(at, Math.min(at + AT_ONCE, this.#length))));
    return parts.join("");
  }
}

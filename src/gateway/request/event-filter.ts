// Takes events out of a stream of server-sent events as it passes. Whole events pass at once; only what has come of an event
// under way is kept back, and of that no more than so much: a longer one passes as it comes.

const HELD_BYTES_MAX = 65_536;
const LINE_FEED = 10;
const RETURN = 13;
/** Of events without it none is taken out. Many say with each event that there is no usage yet. */
const MARK = /"usage"(?!:null)/;

/** Whether it is a stream of events that can be read, and changed, as it passes. */
export function isPlainEvents({ headers }: Response): boolean {
  const coding = headers.get("content-encoding") ?? "identity";
  return coding === "identity" && /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}

export class EventFilter {
  readonly #isDropped: (event: string) => boolean;
  readonly #decoder = new TextDecoder();
  #held = new Uint8Array();

  constructor(isDropped: (event: string) => boolean) {
    this.#isDropped = isDropped;
  }

  /** What passes on of a piece; the memory of the piece may be used again. */
  write(piece: Uint8Array): Uint8Array {
    const all = this.#held.byteLength === 0 ? piece : join([this.#held, piece]);
    const end = findEnd(all);
    const isTooLong = all.byteLength - end > HELD_BYTES_MAX;
    const cut = isTooLong ? all.byteLength : end;
    this.#held = all.slice(cut);
    return this.#filter(all.subarray(0, cut));
  }

  /** What is left at the end. */
  end(): Uint8Array {
    const rest = this.#held;
    this.#held = new Uint8Array();
    return this.#filter(rest);
  }

  /** The same bytes where nothing is taken out, as nearly always. */
  #filter(events: Uint8Array): Uint8Array {
    if (events.byteLength === 0 || !MARK.test(this.#decoder.decode(events))) return events;
    const kept: Uint8Array[] = [];
    for (const event of splitEvents(events))
      if (!this.#isDropped(this.#decoder.decode(event))) kept.push(event);
    return join(kept);
  }
}

function* splitEvents(bytes: Uint8Array): Generator<Uint8Array, void, void> {
  let from = 0;
  for (let at = 1; at < bytes.byteLength; at += 1) {
    if (!isEnd(bytes, at)) continue;
    yield bytes.subarray(from, at + 1);
    from = at + 1;
  }
  if (from < bytes.byteLength) yield bytes.subarray(from);
}

/** Whether an empty line ends here. */
function isEnd(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== LINE_FEED) return false;
  const before = bytes[at - 1];
  return before === LINE_FEED || (before === RETURN && bytes[at - 2] === LINE_FEED);
}

/** Where the last whole event ends; 0: there is none. */
function findEnd(bytes: Uint8Array): number {
  for (let at = bytes.byteLength - 1; at > 0; at -= 1) if (isEnd(bytes, at)) return at + 1;
  return 0;
}

function join(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}

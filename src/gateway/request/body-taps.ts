// What is read of an answer while it passes: a copy that the platform makes, looked at now and then. Each look costs a turn
// of JavaScript, which for each small piece would cost five times as much as passing it on; so what came meanwhile is read
// together. Nothing waits for it.

import { toReader } from "../../platform/body-reader.ts";

/** How an answer has come to its end: whole, with its client gone before, or broken off by its origin. */
export type BodyEnd = "whole" | "left" | "broken";

export interface BodyTap {
  readonly write: (text: string) => void;
  /** Called once. */
  readonly end: (how: BodyEnd) => void;
}

/** Between two looks. */
const LOOK_MS = 20;
/** How long what has passed already is waited for, once the client has left. */
const REST_MS = 5;
/** Of a longer answer no more is read: a copy that is not read is held in memory. */
const TAPPED_BYTES_MAX = 67_108_864;

export interface Tapped {
  readonly passed: ReadableStream<Uint8Array>;
  /** The client has left: what has come so far is read, and no more. */
  readonly leave: () => void;
  /** Resolves when the taps have heard of the end. Never rejects. */
  readonly ended: Promise<void>;
}

/** `hasLeft`: an error of the body may be that its client has left, with which the exchange was ended. */
export function tapBody(
  body: ReadableStream<Uint8Array>,
  taps: readonly BodyTap[],
  hasLeft: () => boolean,
): Tapped {
  const [passed, copy] = body.tee();
  const { promise: left, resolve: leave } = Promise.withResolvers<"left">();
  return { passed, leave: () => leave("left"), ended: readCopy(copy, taps, { left, hasLeft }) };
}

async function readCopy(
  copy: ReadableStream<Uint8Array>,
  taps: readonly BodyTap[],
  { left, hasLeft }: { readonly left: Promise<"left">; readonly hasLeft: () => boolean },
): Promise<void> {
  const reader = toReader(copy);
  const decoder = new TextDecoder();
  const write = (piece: Uint8Array): void => {
    const text = decoder.decode(piece, { stream: true });
    for (const tap of taps) tap.write(text);
  };
  const ended = await readAll(reader.read, write, left);
  const how = ended === "broken" && hasLeft() ? "left" : ended;
  await reader.cancel().catch(() => undefined);
  for (const tap of taps) tap.end(how);
}

async function readAll(
  read: () => Promise<Uint8Array | undefined>,
  write: (piece: Uint8Array) => void,
  left: Promise<"left">,
): Promise<BodyEnd> {
  let isLeft = false;
  let bytes = 0;
  try {
    for (;;) {
      const asked = read();
      asked.catch(() => undefined);
      let piece: Uint8Array | "left" | undefined = isLeft ? "left" : await Promise.race([asked, left]);
      isLeft ||= piece === "left";
      if (piece === "left") piece = await Promise.race([asked, rest()]);
      if (piece === "left") return "left";
      if (piece === undefined) return "whole";
      write(piece);
      bytes += piece.byteLength;
      if (bytes > TAPPED_BYTES_MAX) return "broken";
      if (!isLeft) await Promise.race([scheduler.wait(LOOK_MS), left]);
    }
  } catch {
    return "broken";
  }
}

async function rest(): Promise<"left"> {
  await scheduler.wait(REST_MS);
  return "left";
}

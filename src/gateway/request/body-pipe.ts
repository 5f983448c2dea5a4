// The one pipe that an answer goes through on its way, where something has to be done meanwhile: its pauses and its time
// are bounded, the store gets a copy, and whoever has to know is told of its end, once, however it comes. Whatever handles
// an answer first says what it wants; then the answer is passed on, copied or dropped. One of which nothing is wanted
// passes untouched.

import { parseUnits } from "../../core/policies/route-cost.ts";
import { readClock } from "../../platform/clock.ts";
import { createPipe, type Pace, pipeStream, splitStream } from "../../platform/pipe-stream.ts";
import { watch } from "../../platform/watch.ts";
import { type BodyTap, toPieceTap } from "./body-taps.ts";
import type { EventFilter } from "./event-filter.ts";
import { pipeWebSocket } from "./web-socket-pipe.ts";

export interface BodyBounds {
  /** The longest pause between two pieces. */
  readonly pauseMsMax: number;
  /** When it must have ended, by the isolate's clock. */
  readonly deadlineMs: number;
  readonly onCut: (cause: string) => void;
}

/** Why an exchange ends whose client has gone. */
export const CLIENT_LEFT = "the client has left";

/** What an answer came by. */
export interface Exchange {
  readonly signal: AbortSignal;
  /** Ends it at once, the answer's body with it. */
  readonly abort: (cause: string) => void;
  readonly bounds?: BodyBounds | undefined;
}

interface Passage {
  readonly exchange: Exchange | undefined;
  readonly onEnd: (() => void)[];
  /** What reads it while it passes. */
  readonly taps: BodyTap[];
  /** What takes something out of it. */
  filter?: EventFilter;
  /** What it ends with where it breaks off: whether that took too long is said. */
  toLastWords?: (isLate: boolean) => string;
  isLate?: boolean;
  /** The store reads a copy: the source is in use until that is whole too. */
  copying?: Promise<unknown>;
  isPassing: boolean;
  isEnded: boolean;
}

type WaitUntil = (promise: Promise<unknown>) => void;

/** By what passes: a body or a WebSocket, which stay the same when a response is made of a response. */
const passages = new WeakMap<ReadableStream | WebSocket, Passage>();

const ignore = (): void => undefined;

/** What is wanted of the answer so far; undefined where it has nothing that could be under way. */
export function openPassage(response: Response, exchange?: Exchange): Passage | undefined {
  const stream = response.body ?? response.webSocket;
  if (stream === null) return undefined;
  const known = passages.get(stream);
  if (known !== undefined) return known;
  const passage = { exchange, onEnd: [], taps: [], isPassing: false, isEnded: false };
  passages.set(stream, passage);
  return passage;
}

/** Has this called when nothing of the answer's body, or of its WebSocket, is under way any longer. */
export function whenAnswerEnds(response: Response, onEnd: () => void): void {
  const passage = openPassage(response);
  if (passage === undefined || passage.isEnded) onEnd();
  else passage.onEnd.push(onEnd);
}

/** Has this read the answer's body while it passes. */
export function tapAnswer(response: Response, tap: BodyTap): void {
  openPassage(response)?.taps.push(tap);
}

/** Takes events out of the answer, after all that reads it. */
export function filterAnswer(response: Response, filter: EventFilter): void {
  const passage = openPassage(response);
  if (passage !== undefined) passage.filter = filter;
}

/** Ends the answer with this where it breaks off, be it by the gateway or its origin. */
export function endBrokenAnswer(response: Response, toLastWords: (isLate: boolean) => string): void {
  const passage = openPassage(response);
  if (passage !== undefined) passage.toLastWords = toLastWords;
}

/** What was wanted of one stream is wanted of another that is made of it. */
export function movePassage(from: ReadableStream, to: ReadableStream): void {
  const passage = passages.get(from);
  if (passage !== undefined) passages.set(to, passage);
}

/** The answer with the same body, and what `keep` makes of a copy; null for none. */
export function copyAnswer(
  response: Response,
  keep: (copy: ReadableStream<Uint8Array> | null) => Promise<unknown>,
): Response {
  const { body } = response;
  const [passed, copy] = body === null ? [null, null] : splitStream(body);
  const keeping = keep(copy).then(ignore, ignore);
  if (body === null || passed === null) return response;
  movePassage(body, passed);
  const passage = passages.get(passed);
  if (passage !== undefined) passage.copying = keeping;
  return new Response(passed, response);
}

/** For an answer that nobody gets. Never throws. */
export async function dropAnswer(response: Response): Promise<void> {
  const passage = response.body === null ? undefined : passages.get(response.body);
  await response.body?.cancel().catch(ignore);
  if (passage?.isPassing !== false) return;
  for (const tap of passage.taps.splice(0)) tap.end("left");
  end(passage);
}

/** The answer to be read: by its client, or on the way to it. */
export function passAnswer(response: Response, waitUntil: WaitUntil): Response {
  // Most answers pass as they are: what else is read of them is read below.
  const { body } = response;
  const stream = body ?? response.webSocket;
  const passage = stream === null ? undefined : passages.get(stream);
  if (passage === undefined || passage.isPassing) return response;
  const { exchange } = passage;
  if (!isWanted(passage)) return response;
  passage.isPassing = true;
  const { webSocket, headers, status } = response;
  if (body === null) {
    if (webSocket === null) return response;
    const { client, ended } = pipeWebSocket(webSocket, () => exchange?.abort(CLIENT_LEFT));
    waitUntil(ended.then(() => end(passage)));
    return new Response(null, { status, headers, webSocket: client });
  }
  const { readable, writable } = createPipe(parseUnits(headers.get("content-length") ?? ""));
  passages.set(readable, passage);
  waitUntil(pass(body, writable, passage));
  return new Response(readable, response);
}

function isLeft(exchange: Exchange | undefined): boolean {
  const reason: unknown = exchange?.signal.reason;
  return reason instanceof Error && reason.message === CLIENT_LEFT;
}

function isWanted({ exchange, onEnd, taps, filter, toLastWords }: Passage): boolean {
  const isChanged = filter !== undefined || toLastWords !== undefined;
  return onEnd.length + taps.length > 0 || isChanged || exchange?.bounds !== undefined;
}

/** Never rejects. */
async function pass(
  body: ReadableStream<Uint8Array>,
  writable: WritableStream<Uint8Array>,
  passage: Passage,
): Promise<void> {
  const pace: Pace = { waitingSinceMs: Infinity, isWantedUnread: () => passage.copying !== undefined };
  const stop = keepBounds(passage, pace);
  const isPaced = (passage.exchange?.bounds?.pauseMsMax ?? Infinity) < Infinity;
  const { taps, filter, toLastWords: toWords } = passage;
  const toLastWords =
    toWords &&
    (() =>
      isLeft(passage.exchange) ? undefined : new TextEncoder().encode(toWords(passage.isLate === true)));
  const tap = toPieceTap(taps, () => isLeft(passage.exchange));
  const { signal } = passage.exchange ?? {};
  const options = { pace: isPaced ? pace : undefined, tap, filter, toLastWords, signal };
  await pipeStream(body, writable, options).catch(ignore);
  await passage.copying;
  stop();
  end(passage);
}

/**
 * Its head has gone to the client, so a cut connection is the one honest way to say that the body is not whole, but where
 * the body itself can.
 */
function keepBounds(passage: Passage, pace: Pace): () => void {
  const { exchange } = passage;
  if (exchange?.bounds === undefined) return ignore;
  const { pauseMsMax, deadlineMs, onCut } = exchange.bounds;
  const toDueMs = (): number => Math.min(deadlineMs, pace.waitingSinceMs + pauseMsMax);
  return watch(toDueMs, pauseMsMax, () => {
    const cause = readClock() >= deadlineMs ? "the request took too long" : "the body stalled";
    // oxlint-disable-next-line no-param-reassign -- it is what changes in place
    passage.isLate = true;
    onCut(cause);
    exchange.abort(cause);
  });
}

function end(passage: Passage): void {
  passage.isEnded = true;
  for (const onEnd of passage.onEnd.splice(0)) onEnd();
}

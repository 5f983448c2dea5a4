// Reads access logs, also gzipped and from standard input, as requests in the order of their time: within a file, whose
// lines may be a little out of order, and over all files. A log is larger than memory: what is held is bounded.

import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import type { LineProblem, LoggedRequest } from "../../core/simulation/logged-request.ts";
import { LINE_LENGTH_MAX, parseLogLine } from "../../core/simulation/parse-log-line.ts";
import { CommandFailure } from "../headgate/exit-codes.ts";
import { STANDARD_INPUT } from "./find-logs.ts";

/** Lines are in order but for this much: servers write them when a request ends, and read us when it began. */
const DISORDER_MS = 60_000;
/** Clocks differ, and zones are mistaken; whoever is further ahead than this has a wrong clock. */
const FUTURE_MS = 86_400_000;
const CHUNK_BYTES = 1 << 18;
/** Requests that wait for earlier ones, at most. */
const HELD_MAX = 200_000;

/** What is wrong with a line by itself; and of a file that was cut, a line of the future, and one that stands far too late. */
export type ReadProblem = LineProblem | "cut" | "future" | "late";

export interface LogProblem {
  readonly count: number;
  /** "access.log:17", the first of them. */
  readonly first: string;
}

/** What was read so far. */
export class LogTally {
  lines = 0;
  requests = 0;
  bytes = 0;
  /** Of all files as they are on disk; undefined: not known. */
  bytesTotal: number | undefined;
  readonly problems = new Map<ReadProblem, LogProblem>();

  note(problem: ReadProblem, where: string): void {
    const { count = 0, first = where } = this.problems.get(problem) ?? {};
    this.problems.set(problem, { count: count + 1, first });
  }
}

/** In batches, each in the order of time and after the one before. Throws a CommandFailure where a file cannot be read. */
export async function* readLogs(
  files: readonly string[],
  tally: LogTally,
): AsyncGenerator<readonly LoggedRequest[]> {
  tally.bytesTotal = await sumSizes(files);
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) yield* readOrdered(only, tally);
  else yield* mergeByTime(files.map((file) => readOrdered(file, tally)));
}

async function sumSizes(files: readonly string[]): Promise<number | undefined> {
  if (files.includes(STANDARD_INPUT)) return undefined;
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(file).catch(() => undefined))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function* readOrdered(file: string, tally: LogTally): AsyncGenerator<readonly LoggedRequest[]> {
  let held: LoggedRequest[] = [];
  let newestMs = -Infinity;
  let givenMs = -Infinity;
  for await (const batch of readRequests(file, tally)) {
    for (const request of batch) {
      held.push(request);
      if (request.atMs > newestMs) newestMs = request.atMs;
      if (request.atMs < givenMs) tally.note("late", file);
    }
    held.sort(byTime);
    const until = Math.max(countUntil(held, newestMs - DISORDER_MS), held.length - HELD_MAX);
    if (until <= 0) continue;
    givenMs = held[until - 1]?.atMs ?? givenMs;
    yield held.slice(0, until);
    held = held.slice(until);
  }
  if (held.length > 0) yield held;
}

const byTime = (a: LoggedRequest, b: LoggedRequest): number => a.atMs - b.atMs;

/** How many of them are no later than this. */
function countUntil(sorted: readonly LoggedRequest[], atMs: number): number {
  const at = sorted.findIndex((request) => request.atMs > atMs);
  return at === -1 ? sorted.length : at;
}

/** The whole lines of each piece of a file, as requests. */
async function* readRequests(file: string, tally: LogTally): AsyncGenerator<readonly LoggedRequest[]> {
  let rest = "";
  let line = 0;
  const latestMs = Date.now() + FUTURE_MS;
  const decoder = new TextDecoder();
  const take = (lines: readonly string[]): LoggedRequest[] => {
    const requests: LoggedRequest[] = [];
    for (const text of lines) {
      line += 1;
      const parsed = parseLogLine(text.endsWith("\r") ? text.slice(0, -1) : text);
      if (typeof parsed === "string") tally.note(parsed, `${file}:${line}`);
      // One such line would make all that follow late.
      else if (parsed.atMs > latestMs) tally.note("future", `${file}:${line}`);
      else requests.push(parsed);
    }
    tally.lines += lines.length;
    tally.requests += requests.length;
    return requests;
  };
  try {
    for await (const chunk of openLog(file, tally)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      // A line without an end must not fill memory.
      if (rest.length > LINE_LENGTH_MAX) rest = rest.slice(0, LINE_LENGTH_MAX + 1);
      yield take(lines);
    }
  } catch (error) {
    if (!isCut(error)) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new CommandFailure("refused", `Cannot read ${file}: ${cause}`);
    }
    tally.note("cut", `${file}:${line + 1}`);
  }
  if (rest !== "") yield take([rest]);
}

/** A gzipped log that is still being written, or was cut: what came before counts. */
function isCut(error: unknown): boolean {
  return error instanceof Error && (error as { code?: string }).code === "Z_BUF_ERROR";
}

/** Gzipped or not, as its first bytes say: a standard input has no name, and a rotated log may have any. */
async function* openLog(file: string, tally: LogTally): AsyncGenerator<Uint8Array> {
  const raw: Readable =
    file === STANDARD_INPUT ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES });
  const chunks = countBytes(raw, tally);
  const first = await chunks.next();
  if (first.done === true) return;
  const all = startWith(first.value, chunks);
  if (!isGzip(first.value)) yield* all;
  else {
    const unzipped = createGunzip({ chunkSize: CHUNK_BYTES });
    // Its errors come out of what is read here.
    pipeline(Readable.from(all), unzipped, () => undefined);
    yield* unzipped as AsyncIterable<Uint8Array>;
  }
}

async function* countBytes(raw: AsyncIterable<unknown>, tally: LogTally): AsyncGenerator<Uint8Array> {
  for await (const chunk of raw as AsyncIterable<Uint8Array>) {
    // oxlint-disable-next-line no-param-reassign -- the tally is what changes in place
    tally.bytes += chunk.byteLength;
    yield chunk;
  }
}

async function* startWith<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}

const isGzip = ([first, second]: Uint8Array): boolean => first === 0x1f && second === 0x8b;

interface Source {
  readonly batches: AsyncGenerator<readonly LoggedRequest[]>;
  batch: readonly LoggedRequest[];
  at: number;
}

async function* mergeByTime(
  ordered: readonly AsyncGenerator<readonly LoggedRequest[]>[],
): AsyncGenerator<readonly LoggedRequest[]> {
  const sources: Source[] = ordered.map((batches) => ({ batches, batch: [], at: 0 }));
  await Promise.all(sources.map(fill));
  for (let live = sources.filter(hasMore); live.length > 0; live = live.filter(hasMore)) {
    const merged: LoggedRequest[] = [];
    // Until one of them has to be read on.
    while (live.every(hasMore)) {
      const next = live.reduce((first, source) => (headMs(source) < headMs(first) ? source : first));
      const request = next.batch[next.at];
      next.at += 1;
      if (request !== undefined) merged.push(request);
    }
    yield merged;
    await Promise.all(live.filter((source) => !hasMore(source)).map(fill));
  }
}

const hasMore = ({ batch, at }: Source): boolean => at < batch.length;
const headMs = ({ batch, at }: Source): number => batch[at]?.atMs ?? Infinity;

async function fill(source: Source): Promise<void> {
  const next = await source.batches.next();
  Object.assign(source, { batch: next.done === true ? [] : next.value, at: 0 });
}

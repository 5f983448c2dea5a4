// Finds a request's log lines in a log: the gateway's own lines, alone or wrapped in what carried them (wrangler tail,
// Logpush, a collector's record).

import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CommandFailure } from "./exit-codes.ts";
import type { Item } from "./table.ts";

/** Lines are wrapped in lines a few times at most. */
const DEPTH_MAX = 8;

/** A file, also gzipped; "-" is what comes on the standard input. Throws a CommandFailure where it cannot be read. */
export async function findLines(file: string, requestId: string): Promise<readonly Item[]> {
  const found: Item[] = [];
  try {
    for await (const line of createInterface({ input: openLog(file), crlfDelay: Infinity }))
      if (line.includes(requestId)) found.push(...findIn(parseLoosely(line), requestId, DEPTH_MAX));
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CommandFailure("refused", `Cannot read ${file}: ${cause}`);
  }
  return found;
}

function openLog(file: string): Readable {
  if (file === "-") return process.stdin;
  const raw = createReadStream(file);
  if (!file.endsWith(".gz")) return raw;
  const unzipped = createGunzip();
  raw.on("error", (error) => unzipped.destroy(error));
  return raw.pipe(unzipped);
}

/** A line of JSON, or of a document that is written over several lines. */
function parseLoosely(line: string): unknown {
  const text = line.trim().replace(/,$/, "");
  return parse(text) ?? parse(`{${text}}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function findIn(value: unknown, requestId: string, depth: number): readonly Item[] {
  if (depth === 0) return [];
  if (typeof value === "string")
    return value.startsWith("{") && value.includes(requestId)
      ? findIn(parse(value), requestId, depth - 1)
      : [];
  if (typeof value !== "object" || value === null) return [];
  const item = value as Item;
  if (item["requestId"] === requestId && typeof item["event"] === "string") return [item];
  return Object.values(item).flatMap((member) => findIn(member, requestId, depth - 1));
}

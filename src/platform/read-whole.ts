// Reads a body to its end, within bounds.

import { type ReadBounds, readUpTo } from "./read-up-to.ts";

/** The bytes of a body that ends properly within the bounds; undefined of one that breaks off, is larger or takes longer. */
export async function readWhole(
  body: ReadableStream<Uint8Array> | null,
  bounds: ReadBounds,
): Promise<Uint8Array | undefined> {
  const read = await readUpTo(body, bounds);
  if (read.kind === "whole") return read.bytes;
  if (read.kind !== "broken") await read.stream.cancel();
  return undefined;
}

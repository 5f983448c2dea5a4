// Reads a body to its end, within a bound.

import { readUpTo } from "./read-up-to.ts";

/** The bytes of a body that ends properly within the bound; undefined of one that breaks off or is larger. */
export async function readWhole(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const read = await readUpTo(body, bytesMax);
  if (read.kind === "whole") return read.bytes;
  if (read.kind === "more") await read.stream.cancel();
  return undefined;
}

// Reads a body as far as it may be long.

export type ReadBody =
  | { readonly kind: "whole"; readonly bytes: Uint8Array }
  /** There is more: the stream has all of it, from the first byte on. Use it or cancel it. */
  | { readonly kind: "more"; readonly stream: ReadableStream<Uint8Array> }
  /** It broke off. */
  | { readonly kind: "broken"; readonly cause: string };

const NOTHING = new Uint8Array();

export async function readUpTo(body: ReadableStream<Uint8Array> | null, bytesMax: number): Promise<ReadBody> {
  if (body === null) return { kind: "whole", bytes: NOTHING };
  const reader = body.getReader();
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { kind: "whole", bytes: concatenate(pieces, length) };
      pieces.push(value);
      length += value.byteLength;
      if (length > bytesMax) return { kind: "more", stream: goOn(pieces, reader) };
    }
  } catch (error) {
    return { kind: "broken", cause: error instanceof Error ? error.message : String(error) };
  }
}

/** undefined: it is no UTF-8. */
export function toText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** `length` is how many bytes they are together. */
export function concatenate(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.byteLength;
  }
  return whole;
}

function goOn(
  pieces: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const piece = pieces.shift() ?? (await reader.read()).value;
      if (piece === undefined) controller.close();
      else controller.enqueue(piece);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

// Where an HTTP/1.1 answer ends in what was received so far. Only what a load generator needs: the status and the framing
// (RFC 9112 section 6), for answers that are small and come one at a time.

export interface AnswerEnd {
  readonly status: number;
  /** Index of the first character after the answer. */
  readonly end: number;
}

const STATUS = /^HTTP\/1\.1 (\d{3})/;
const LENGTH = /\r\ncontent-length: *(\d+)\r\n/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked\r\n/i;
const HEAD_END = "\r\n\r\n";

/** `text` is what was received, one character a byte. undefined: more is to come. Throws where it cannot be read. */
export function findAnswerEnd(text: string): AnswerEnd | undefined {
  const headEnd = text.indexOf(HEAD_END);
  if (headEnd === -1) return undefined;
  const bodyStart = headEnd + HEAD_END.length;
  const head = text.slice(0, bodyStart);
  const status = Number(STATUS.exec(head)?.[1]);
  const length = LENGTH.exec(head)?.[1];
  let end: number | undefined;
  if (length !== undefined) end = bodyStart + Number(length);
  else if (CHUNKED.test(head)) end = findLastChunkEnd(text, bodyStart);
  else if (status === 204 || status === 304) end = bodyStart;
  else throw new Error(`cannot tell where this answer ends: ${JSON.stringify(head)}`);
  return end === undefined || end > text.length ? undefined : { status, end };
}

function findLastChunkEnd(text: string, bodyStart: number): number | undefined {
  let at = bodyStart;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(text.slice(at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (size === 0) return at;
  }
}

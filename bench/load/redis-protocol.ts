// What Redis speaks on its socket: a command out, a reply in (RESP2, "Redis serialization protocol specification"). Text
// has one character a byte.

export type Reply = string | number | null | ReplyError | readonly Reply[];

/** What Redis answers instead of throwing. */
export class ReplyError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export interface ReadReply {
  readonly reply: Reply;
  /** Index of the first character after it. */
  readonly end: number;
}

const CRLF = "\r\n";

export function toCommandText(command: readonly string[]): string {
  const parts = command.map((part) => {
    const bytes = Buffer.from(part, "utf8").toString("latin1");
    return `$${bytes.length}${CRLF}${bytes}${CRLF}`;
  });
  return `*${command.length}${CRLF}${parts.join("")}`;
}

/** undefined: more is to come. Throws where it cannot be read. */
export function readReply(text: string, start = 0): ReadReply | undefined {
  const lineEnd = text.indexOf(CRLF, start);
  if (lineEnd === -1) return undefined;
  const line = text.slice(start + 1, lineEnd);
  const bodyStart = lineEnd + CRLF.length;
  switch (text[start]) {
    case "+":
      return { reply: line, end: bodyStart };
    case "-":
      return { reply: new ReplyError(line), end: bodyStart };
    case ":":
      return { reply: Number(line), end: bodyStart };
    case "$":
      return readString(text, bodyStart, Number(line));
    case "*":
      return readArray(text, bodyStart, Number(line));
    default:
      throw new Error(`not a reply of Redis: ${JSON.stringify(text.slice(start, start + 40))}`);
  }
}

function readString(text: string, start: number, length: number): ReadReply | undefined {
  if (length === -1) return { reply: null, end: start };
  const end = start + length + CRLF.length;
  if (end > text.length) return undefined;
  return { reply: Buffer.from(text.slice(start, start + length), "latin1").toString("utf8"), end };
}

function readArray(text: string, start: number, length: number): ReadReply | undefined {
  if (length === -1) return { reply: null, end: start };
  const replies: Reply[] = [];
  let end = start;
  while (replies.length < length) {
    const read = readReply(text, end);
    if (read === undefined) return undefined;
    replies.push(read.reply);
    end = read.end;
  }
  return { reply: replies, end };
}

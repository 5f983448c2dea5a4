// A connection on which a test writes what it likes, when it likes: a request that stops in the middle of its body.

import { connect } from "node:net";
import type { Target } from "./client.ts";

export interface RawAnswer {
  readonly status: number;
  /** Head and body as they came. */
  readonly text: string;
  /** Milliseconds between the first byte that was sent and the answer's head. */
  readonly afterMs: number;
}

export interface RawSocket {
  /** Rejects when the connection ends without an answer. */
  readonly answer: Promise<RawAnswer>;
  /** Resolves when more can be written. */
  readonly write: (bytes: string) => Promise<void>;
  readonly close: () => void;
}

/** Sends the bytes; what comes back is an answer as soon as its body is there, by its Content-Length. */
export function openSocket(to: Target, bytes: string): RawSocket {
  const { hostname, port } = new URL(to.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const sentAtMs = Date.now();
  let text = "";
  const answer = new Promise<RawAnswer>((resolve, reject) => {
    socket.on("data", (piece) => {
      text += piece.toString("latin1");
      const [head = "", body] = text.split("\r\n\r\n");
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
      if (body === undefined || body.length < length) return;
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
      resolve({ status, text, afterMs: Date.now() - sentAtMs });
    });
    socket.on("error", reject);
    socket.on("close", () => {
      reject(new Error(`closed after ${text}`));
    });
  });
  // A test may be interested in the connection alone.
  answer.catch(() => undefined);
  const write = (more: string): Promise<void> =>
    new Promise((resolve) => {
      if (socket.write(more, "latin1")) resolve();
      else socket.once("drain", resolve);
    });
  void write(bytes);
  return { answer, write, close: () => socket.destroy() };
}

/** The start of a POST. `fields` are whole lines. */
export function toPost(path: string, fields: readonly string[], body = ""): string {
  return [`POST ${path} HTTP/1.1`, "Host: a.example", ...fields, "", body].join("\r\n");
}

// One keep-alive connection that carries one request at a time. Raw sockets, because the generator must cost far less
// than what it measures.

import { connect, type Socket } from "node:net";
import { findAnswerEnd } from "./answer-end.ts";

/** Why there is no status: the connection ended, or what came was not HTTP. */
export type Failure = "failed";

export class Connection {
  readonly #port: number;
  readonly #onAnswer: (connection: Connection, outcome: number | Failure) => void;
  #socket: Socket | undefined;
  #received = "";
  #isWaiting = false;

  constructor(port: number, onAnswer: (connection: Connection, outcome: number | Failure) => void) {
    this.#port = port;
    this.#onAnswer = onAnswer;
  }

  /** `request` is a whole GET request. Exactly one call of onAnswer follows, never before this one returned. */
  send(request: string): void {
    this.#isWaiting = true;
    this.#socket ??= this.#connect();
    this.#socket.write(request, "latin1");
  }

  close(): void {
    this.#isWaiting = false;
    this.#socket?.destroy();
  }

  #connect(): Socket {
    const socket = connect({ host: "127.0.0.1", port: this.#port, noDelay: true });
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      this.#read(text);
    });
    // Every error is followed by "close".
    socket.on("error", () => undefined);
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#finish("failed");
    });
    return socket;
  }

  #read(text: string): void {
    this.#received += text;
    try {
      const answer = findAnswerEnd(this.#received);
      if (answer === undefined) return;
      this.#received = this.#received.slice(answer.end);
      this.#finish(answer.status);
    } catch {
      this.#socket?.destroy();
    }
  }

  #finish(outcome: number | Failure): void {
    if (outcome === "failed") this.#received = "";
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#onAnswer(this, outcome);
  }
}

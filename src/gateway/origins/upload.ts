// Sends a request's body on while it still comes, and knows who keeps whom waiting: a client that stalls is no slow
// origin, and a long upload is no slow answer. Where the client breaks it off or writes it wrongly that is no failure of the
// origin, which the runtime's error does not tell apart. And a stream that fails would reach the origin as one that ended:
// workerd writes the last chunk all the same. So the whole exchange is cut.

import { CLIENT_MS_PER_BYTE, Patience } from "../../core/http/patience.ts";
import { parseUnits } from "../../core/policies/route-cost.ts";
import { type BodyReader, toReader, toThriftyRead } from "../../platform/body-reader.ts";
import { readClock } from "../../platform/clock.ts";
import { createPipe } from "../../platform/pipe-stream.ts";
import { watch } from "../../platform/watch.ts";
import { type BodyFailure, TOO_LARGE, TOO_SLOW } from "../request/await-body.ts";

export const TOO_LATE: BodyFailure = { code: "origin-timeout", cause: "no header section in time" };

export interface UploadBounds {
  /** How long the client is waited for: see Patience. */
  readonly clientMsMax: number;
  /** How long the origin may take over a piece, and to answer once it has all of them. */
  readonly originMsMax: number;
  /** When there must be an answer, by the isolate's clock. */
  readonly deadlineMs: number;
  readonly bytesMax: number;
}

export class Upload {
  /** What the origin gets. */
  readonly body: ReadableStream<Uint8Array>;
  /** Settles when there is no use in waiting for an answer. */
  readonly failed: Promise<BodyFailure>;

  readonly #reader: BodyReader;
  readonly #readOn: BodyReader["read"];
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #bounds: UploadBounds;
  readonly #patience: Patience;
  readonly #fail: (failure: BodyFailure) => void;
  readonly #stop: () => void;
  /** Since when it is the origin that is waited for; undefined while it is the client. */
  #originSinceMs: number | undefined;
  #failure: BodyFailure | undefined;
  #bytesLeft: number;
  #isSent = false;
  #isAnswered = false;

  /** `headers` are the request's: a stated length stays stated. */
  constructor(
    body: ReadableStream<Uint8Array>,
    headers: Headers,
    { bounds, cut }: { readonly bounds: UploadBounds; readonly cut: (cause: string) => void },
  ) {
    const { readable, writable } = createPipe(parseUnits(headers.get("content-length") ?? ""));
    const { promise, resolve } = Promise.withResolvers<BodyFailure>();
    const { clientMsMax, originMsMax } = bounds;
    this.body = readable;
    this.failed = promise;
    this.#fail = (failure) => {
      this.#failure ??= failure;
      resolve(failure);
      cut(failure.cause);
    };
    this.#reader = toReader(body);
    this.#readOn = toThriftyRead(this.#reader);
    this.#writer = writable.getWriter();
    this.#bounds = bounds;
    this.#bytesLeft = bounds.bytesMax;
    this.#patience = new Patience(clientMsMax, CLIENT_MS_PER_BYTE);
    this.#patience.wait(readClock());
    const toDueMs = (): number => this.#toDueMs();
    this.#stop = watch(toDueMs, Math.min(clientMsMax, originMsMax), () => {
      this.#giveUp();
    });
    void this.#pump();
  }

  /** Why there was no use in waiting any longer; undefined: there is none. */
  get failure(): BodyFailure | undefined {
    return this.#failure;
  }

  /** The origin's answer has begun: from now on only the client is waited for, while it still sends. */
  answered(): void {
    this.#isAnswered = true;
    if (this.#isSent) this.#stop();
  }

  /** There will be no answer. */
  cancel(cause: unknown): void {
    this.#stop();
    void Promise.allSettled([this.#writer.abort(cause), this.#reader.cancel(cause)]);
  }

  #toDueMs(): number {
    const { originMsMax, deadlineMs } = this.#bounds;
    if (this.#originSinceMs === undefined)
      return this.#isAnswered ? this.#patience.dueMs : Math.min(this.#patience.dueMs, deadlineMs);
    return this.#isAnswered ? Infinity : Math.min(this.#originSinceMs + originMsMax, deadlineMs);
  }

  #giveUp(): void {
    const isClients = this.#originSinceMs === undefined && this.#patience.dueMs <= readClock();
    this.#fail(isClients ? TOO_SLOW : TOO_LATE);
    this.cancel(new Error("the request took too long"));
  }

  /** Never rejects. */
  async #pump(): Promise<void> {
    try {
      for (let piece = await this.#read(); piece !== undefined; piece = await this.#read())
        await this.#writer.write(piece);
      await this.#writer.close();
    } catch (error) {
      // An origin may answer what it does not read to its end: it is waited for as before.
      await this.#reader.cancel(error).catch(() => undefined);
    }
    this.#isSent = true;
    if (this.#isAnswered) this.#stop();
  }

  async #read(): Promise<Uint8Array | undefined> {
    this.#originSinceMs = undefined;
    this.#patience.wait(readClock());
    try {
      const piece = await this.#readOn();
      const nowMs = readClock();
      const bytes = piece?.byteLength ?? 0;
      this.#bytesLeft -= bytes;
      if (this.#bytesLeft < 0) {
        this.#fail(TOO_LARGE);
        throw new Error(TOO_LARGE.cause);
      }
      this.#patience.receive(bytes, nowMs);
      this.#originSinceMs = nowMs;
      return piece;
    } catch (error) {
      this.#fail({ code: "body-incomplete", cause: error instanceof Error ? error.message : String(error) });
      this.cancel(error);
      throw error;
    }
  }
}

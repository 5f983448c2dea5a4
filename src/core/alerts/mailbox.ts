// What is on its way to one channel: notices that wait to go together, at most one message a minute, and messages that
// were not taken and go again. A message keeps its id and its content however often it goes. Time is an argument.

import type { Notice } from "./alert-book.ts";

/** How long the first notice waits for others. */
export const GROUP_MS = 10_000;
/** Between two messages. */
export const PAUSE_MS = 60_000;
/** After a try that failed; after the last one the message is given up. */
export const RETRIES_MS: readonly number[] = [10_000, 60_000, 600_000];
/** Notices that a message has in full; it says how many more there are. */
export const NOTICES_MAX = 100;
/** Messages at a time: the oldest is given up for a newer one. */
const MESSAGES_MAX = 20;

export interface Message {
  readonly id: string;
  readonly notices: readonly Notice[];
  /** How many more there were. */
  readonly more: number;
}

interface Pending {
  readonly message: Message;
  tries: number;
  nextMs: number;
}

export interface MailboxState {
  readonly waiting: readonly Notice[];
  readonly more: number;
  /** When the first of those came that wait; Infinity: none waits. */
  readonly sinceMs: number;
  /** When the last message was made. */
  readonly lastMs: number;
  readonly pending: readonly Pending[];
  readonly sent: number;
  readonly failed: number;
}

const EMPTY: MailboxState = {
  waiting: [],
  more: 0,
  sinceMs: Infinity,
  lastMs: -Infinity,
  pending: [],
  sent: 0,
  failed: 0,
};

export class Mailbox {
  #waiting: Notice[];
  #more: number;
  #sinceMs: number;
  #lastMs: number;
  #pending: Pending[];
  #sent: number;
  #failed: number;

  constructor({ waiting, more, sinceMs, lastMs, pending, sent, failed }: MailboxState = EMPTY) {
    this.#waiting = [...waiting];
    this.#more = more;
    this.#sinceMs = sinceMs;
    this.#lastMs = lastMs;
    this.#pending = [...pending];
    this.#sent = sent;
    this.#failed = failed;
  }

  get state(): MailboxState {
    return {
      waiting: this.#waiting,
      more: this.#more,
      sinceMs: this.#sinceMs,
      lastMs: this.#lastMs,
      pending: this.#pending,
      sent: this.#sent,
      failed: this.#failed,
    };
  }

  add(notice: Notice, nowMs: number): void {
    this.#sinceMs = Math.min(this.#sinceMs, nowMs);
    if (this.#waiting.length < NOTICES_MAX) this.#waiting.push(notice);
    else this.#more += 1;
  }

  /** When `take` has something. */
  get dueMs(): number {
    const groupMs = Math.max(this.#sinceMs + GROUP_MS, this.#lastMs + PAUSE_MS);
    return Math.min(groupMs, ...this.#pending.map(({ nextMs }) => nextMs));
  }

  /**
   * What is to be sent now, each as if the try failed: whoever is ended before `settle` tries again later. `givenUp` are
   * messages for which there was no room any longer.
   */
  take(
    nowMs: number,
    toId: () => string,
  ): { readonly due: readonly Message[]; readonly givenUp: readonly Message[] } {
    if (nowMs >= Math.max(this.#sinceMs + GROUP_MS, this.#lastMs + PAUSE_MS)) {
      const message = { id: toId(), notices: this.#waiting, more: this.#more };
      this.#pending.push({ message, tries: 0, nextMs: nowMs });
      this.#waiting = [];
      this.#more = 0;
      this.#sinceMs = Infinity;
      this.#lastMs = nowMs;
    }
    const givenUp = this.#pending
      .splice(0, this.#pending.length - MESSAGES_MAX)
      .map(({ message }) => message);
    this.#failed += givenUp.length;
    const due = this.#pending.filter(({ nextMs }) => nextMs <= nowMs);
    for (const pending of due) {
      pending.nextMs = nowMs + (RETRIES_MS[pending.tries] ?? Infinity);
      pending.tries += 1;
    }
    return { due: due.map(({ message }) => message), givenUp };
  }

  /** What came of a try. True: the message is given up. */
  settle(id: string, isTaken: boolean): boolean {
    const pending = this.#pending.find(({ message }) => message.id === id);
    if (pending === undefined) return false;
    const isOver = isTaken || pending.tries > RETRIES_MS.length;
    if (!isOver) return false;
    this.#pending = this.#pending.filter((other) => other !== pending);
    if (isTaken) this.#sent += 1;
    else this.#failed += 1;
    return !isTaken;
  }

  get counts(): { readonly waiting: number; readonly sent: number; readonly failed: number } {
    const waiting = this.#pending.length + (this.#waiting.length > 0 ? 1 : 0);
    return { waiting, sent: this.#sent, failed: this.#failed };
  }
}

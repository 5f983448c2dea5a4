// The lines that wait for one receiver: which batch is due when, which comes again after a failure, and which is given up.
// Bounded: where more comes than leaves, the oldest go and are counted. Time and chance are arguments.

import type { LogLine } from "./log-line.ts";

export const BATCH_LINES = 100;
export const BATCH_MS = 5_000;
/** Of all lines that wait, in characters of JSON. */
export const WAITING_MAX = 262_144;
/** How often a batch is sent at most. */
export const TRIES_MAX = 5;
const PAUSE_MS = 1_000;
const PAUSE_MS_MAX = 30_000;

export interface Batch {
  readonly id: string;
  readonly lines: readonly LogLine[];
}

/** `again`: the receiver did not take it. `lost`: it must not come twice, or never will be taken. */
export type Sent = { readonly kind: "taken"; readonly refused: number } | { readonly kind: "again" | "lost" };

interface Waiting {
  readonly line: LogLine;
  readonly size: number;
}

interface Pending {
  readonly batch: Batch;
  readonly size: number;
  tries: number;
  /** When whoever sends it must have said what came of it; undefined: nobody sends it. */
  lateMs: number | undefined;
}

export interface OutboxCounts {
  readonly taken: number;
  readonly waiting: number;
  readonly dropped: number;
}

export class Outbox {
  #waiting: Waiting[] = [];
  #size = 0;
  #sinceMs = Infinity;
  /** The one batch that was sent, and whose fate is open: the oldest lines. */
  #pending: Pending | undefined;
  #notBeforeMs = -Infinity;
  #failures = 0;
  #taken = 0;
  #dropped = 0;

  /** `size` is the length of the line's JSON. */
  add(line: LogLine, size: number, nowMs: number): void {
    if (this.#waiting.length === 0) this.#sinceMs = nowMs;
    this.#waiting.push({ line, size });
    this.#size += size;
    while (this.#size > WAITING_MAX && this.#waiting.length > 1) this.#dropOldest();
  }

  get counts(): OutboxCounts {
    const pending = this.#pending?.batch.lines.length ?? 0;
    return { taken: this.#taken, waiting: this.#waiting.length + pending, dropped: this.#dropped };
  }

  /** Somebody sends a batch, and is not late with what came of it. */
  isSending(nowMs: number): boolean {
    const lateMs = this.#pending?.lateMs;
    return lateMs !== undefined && nowMs < lateMs;
  }

  /** When a batch is to be sent; Infinity: nothing waits. */
  get dueMs(): number {
    const isReady = this.#pending !== undefined || this.#waiting.length >= BATCH_LINES;
    const dueMs = isReady ? -Infinity : this.#waiting.length > 0 ? this.#sinceMs + BATCH_MS : Infinity;
    return Math.max(dueMs, this.#notBeforeMs);
  }

  /** The batch to send now, of which `settle` must hear within `withinMs`. A batch that is being sent is not given twice. */
  take(
    nowMs: number,
    { withinMs, id }: { readonly withinMs: number; readonly id: string },
  ): Batch | undefined {
    if (this.isSending(nowMs)) return undefined;
    // Who sent it is gone, and nobody knows whether it came.
    if (this.#pending?.lateMs !== undefined) this.#drop(this.#pending);
    this.#pending ??= this.#gather(id, nowMs);
    if (this.#pending === undefined) return undefined;
    this.#pending.tries += 1;
    this.#pending.lateMs = nowMs + withinMs;
    return this.#pending.batch;
  }

  /** `chance` is from 0 to 1: isolates that failed together do not come back together. */
  settle(
    batch: Batch,
    sent: Sent,
    { nowMs, chance }: { readonly nowMs: number; readonly chance: number },
  ): void {
    const pending = this.#pending;
    if (pending?.batch !== batch) return;
    if (sent.kind === "taken") {
      this.#failures = 0;
      this.#notBeforeMs = -Infinity;
      this.#taken += batch.lines.length - sent.refused;
      this.#dropped += sent.refused;
      this.#end(pending);
      return;
    }
    this.#failures += 1;
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** (this.#failures - 1));
    this.#notBeforeMs = nowMs + pauseMs * (0.5 + chance / 2);
    pending.lateMs = undefined;
    if (sent.kind === "lost" || pending.tries >= TRIES_MAX) this.#drop(pending);
  }

  #gather(id: string, nowMs: number): Pending | undefined {
    const taken = this.#waiting.splice(0, BATCH_LINES);
    if (taken.length === 0) return undefined;
    this.#sinceMs = this.#waiting.length === 0 ? Infinity : nowMs;
    const size = taken.reduce((sum, waiting) => sum + waiting.size, 0);
    return { batch: { id, lines: taken.map(({ line }) => line) }, size, tries: 0, lateMs: undefined };
  }

  #dropOldest(): void {
    if (this.#pending !== undefined && this.#pending.lateMs === undefined) {
      this.#drop(this.#pending);
      return;
    }
    this.#size -= this.#waiting.shift()?.size ?? 0;
    this.#dropped += 1;
  }

  #drop(pending: Pending): void {
    this.#dropped += pending.batch.lines.length;
    this.#end(pending);
  }

  #end({ size }: Pending): void {
    this.#size -= size;
    this.#pending = undefined;
  }
}

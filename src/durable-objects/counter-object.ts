// The Durable Object that owns counters: load -> decide -> store -> alarm. It decides nothing itself (core/counters does)
// and nothing keeps it awake: no timer, no socket, no call of its own.

import { DurableObject } from "cloudflare:workers";
import { Askers } from "../core/counters/askers.ts";
import { CounterClock } from "../core/counters/counter-clock.ts";
import { CounterTable } from "../core/counters/counter-table.ts";
import {
  type CounterFailure,
  type CounterReply,
  type CounterRequest,
  type CounterReset,
  MESSAGE_VERSION,
  type Settlement,
  type TopAnswer,
  type TopQuestion,
} from "../core/counters/counter-messages.ts";
import type { CounterStore } from "../core/counters/key-entries.ts";
import { findTop } from "../core/counters/find-top.ts";
import { hashText } from "../platform/hash-text.ts";
import type { Bindings, CounterRpc } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { CounterRows } from "./counter-rows.ts";

/** Keys that stay in memory; the others are read from their rows again. */
const KEYS_IN_MEMORY_MAX = 10_000;

/** Rows that are looked at to find who uses most. */
const TOP_ROWS_MAX = 5_000;

export class CounterObject extends DurableObject<Bindings> implements CounterRpc {
  readonly #clock = new CounterClock(Date.now());
  #rows: CounterRows;
  #table: CounterTable;
  readonly #askers = new Askers(KEYS_IN_MEMORY_MAX);

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    this.#rows = new CounterRows(context.storage);
    this.#table = createTable(this.#rows, this.#clock);
  }

  /** All in one turn. The platform holds the answers back until what they wrote is durable (the output gate). */
  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    const nowMs = this.#readClock();
    return requests.map((request) => this.#decideOne(request, nowMs));
  }

  settle(settlement: Settlement): void {
    if (settlement.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.#readClock();
    this.#table.settle({ ...settlement, takenAtMs: this.#toPresent(settlement.takenAtMs) }, nowMs);
  }

  reset(reset: CounterReset): void {
    if (reset.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    this.#table.reset(reset, this.#readClock());
  }

  top(question: TopQuestion): TopAnswer {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    return findTop(this.#rows.list(TOP_ROWS_MAX + 1), question, {
      nowMs: this.#readClock(),
      rowsMax: TOP_ROWS_MAX,
      clock: this.#clock,
    });
  }

  override async alarm(): Promise<void> {
    await this.#rows.sweep(this.#readClock());
  }

  /** What one request fails of must not fail those that came with it. */
  #decideOne(request: CounterRequest, nowMs: number): CounterReply | CounterFailure {
    try {
      if (request.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
      const reply = this.#table.handle(this.#toPresentRequest(request), nowMs);
      return { ...reply, askers: this.#askers.note(request, nowMs) };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { version: MESSAGE_VERSION, failure };
    }
  }

  #toPresentRequest(request: CounterRequest): CounterRequest {
    const { committed } = request;
    const takenAtMs = committed === undefined ? 0 : this.#toPresent(committed.takenAtMs);
    if (committed === undefined || takenAtMs === committed.takenAtMs) return request;
    return { ...request, committed: { ...committed, takenAtMs } };
  }

  /** A time that this object once told, as it is now. */
  #toPresent(timeMs: number): number {
    return timeMs - this.#clock.toBackMs(timeMs);
  }

  /**
   * The one clock, read once a call. Where it was set back for long, the object begins as if it had been evicted: rows are
   * put into its time when they are read, and memory is made of them.
   */
  #readClock(): number {
    if (this.#clock.read(Date.now())) {
      this.#rows = new CounterRows(this.ctx.storage);
      this.#table = createTable(this.#rows, this.#clock);
    }
    return this.#clock.timeMs;
  }
}

function createTable(rows: CounterRows, clock: CounterClock): CounterTable {
  const store: CounterStore = {
    read: (key) => rows.read(key),
    write: (key, text, expiresAtMs) => {
      rows.write(key, text, { nowMs: clock.timeMs, expiresAtMs });
    },
    onForgotten: (key, policies, reason) => {
      writeLog("forgotten", { reason, key: hashText(key), policy: policies });
    },
  };
  return new CounterTable(store, KEYS_IN_MEMORY_MAX, clock);
}

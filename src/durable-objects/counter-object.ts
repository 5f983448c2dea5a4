// The Durable Object that owns counters: load -> decide -> store -> alarm. It decides nothing itself (core/counters does)
// and nothing keeps it awake: no timer, no socket, no call of its own.

import { DurableObject } from "cloudflare:workers";
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
  readonly #rows: CounterRows;
  readonly #table: CounterTable;
  #clockMs = 0;

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    this.#rows = new CounterRows(context.storage);
    this.#table = new CounterTable(
      {
        read: (key) => this.#rows.read(key),
        write: (key, text, expiresAtMs) => {
          this.#rows.write(key, text, { nowMs: this.#clockMs, expiresAtMs });
        },
        onForgotten: (key, policies, reason) => {
          writeLog("forgotten", { reason, key: hashText(key), policy: policies });
        },
      },
      KEYS_IN_MEMORY_MAX,
    );
  }

  /** All in one turn. The platform holds the answers back until what they wrote is durable (the output gate). */
  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    const nowMs = this.#readClock();
    return requests.map((request) => this.#decideOne(request, nowMs));
  }

  settle(settlement: Settlement): void {
    if (settlement.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    this.#table.settle(settlement, this.#readClock());
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
    });
  }

  override async alarm(): Promise<void> {
    await this.#rows.sweep(this.#readClock());
  }

  /** What one request fails of must not fail those that came with it. */
  #decideOne(request: CounterRequest, nowMs: number): CounterReply | CounterFailure {
    try {
      if (request.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
      return this.#table.handle(request, nowMs);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { version: MESSAGE_VERSION, failure };
    }
  }

  /** The one clock, read once a call. It never runs backwards. */
  #readClock(): number {
    this.#clockMs = Math.max(this.#clockMs, Date.now());
    return this.#clockMs;
  }
}

// The Durable Object that owns counters: load -> decide -> store -> alarm. It decides nothing itself (core/counters does)
// and while it is quiet nothing keeps it awake. While it is busy one timer of a second does, at whose end its journal names
// what was used meanwhile (decision 20).

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
} from "../core/counters/counter-messages.ts";
import type { CounterStore } from "../core/counters/key-entries.ts";
import { Journal } from "../core/counters/journal.ts";
import { hashText } from "../platform/hash-text.ts";
import type { Bindings, CounterRpc } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { CounterRows } from "./counter-rows.ts";
import { JournalRows } from "./journal-rows.ts";

/** Keys that stay in memory; the others are read from their rows again. */
const KEYS_IN_MEMORY_MAX = 10_000;

/** What comes back of an estimate is stored within this time, with what comes back or is taken of its key meanwhile. */
const RETURNED_MS = 200;

export class LimiterObject
  extends DurableObject<Bindings>
  implements Pick<CounterRpc, "decide" | "settle" | "reset">
{
  protected readonly clock = new CounterClock(Date.now());
  protected rows: CounterRows;
  protected journal: Journal;
  #table: CounterTable;
  #hasTimer = false;
  #isStoring = false;
  readonly #askers = new Askers(KEYS_IN_MEMORY_MAX);

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    this.rows = new CounterRows(context.storage);
    this.journal = new Journal(new JournalRows(context.storage), this.clock.timeMs);
    this.#table = this.#createTable();
  }

  /** All in one turn. The platform holds the answers back until what they wrote is durable (the output gate). */
  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    const nowMs = this.readClock();
    const answers = requests.map((request) => this.#decideOne(request, nowMs));
    this.#setTimer();
    return answers;
  }

  settle(settlement: Settlement): void {
    if (settlement.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.readClock();
    this.#table.settle({ ...settlement, takenAtMs: this.#toPresent(settlement.takenAtMs) }, nowMs);
    this.#setTimer();
  }

  reset(reset: CounterReset): void {
    if (reset.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    this.#table.reset(reset, this.readClock());
  }

  override async alarm(): Promise<void> {
    const nowMs = this.readClock();
    if (await this.rows.sweep(nowMs, this.journal.neededUntilMs)) this.begin();
  }

  /** Wakes when the journal's blanket ends. It is never longer than a second, and none is set when that names and seals. */
  #setTimer(): void {
    const { wakeMs } = this.journal;
    if (wakeMs === undefined || this.#hasTimer) return;
    this.#hasTimer = true;
    this.rows.noteJournal(this.journal.neededUntilMs, this.clock.timeMs);
    setTimeout(
      () => {
        this.#hasTimer = false;
        this.#tick();
      },
      Math.max(1, wakeMs - this.clock.timeMs),
    );
  }

  /** A write that fails leaves the blanket to end: requests write rows, and the next tick names the others. */
  #tick(): void {
    try {
      this.journal.tick(this.readClock());
      this.#setTimer();
    } catch (error) {
      writeLog("journal-failed", { error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What one request fails of must not fail those that came with it. */
  #decideOne(request: CounterRequest, nowMs: number): CounterReply | CounterFailure {
    try {
      if (request.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
      const reply = this.handle(this.#toPresentRequest(request), nowMs);
      return { ...reply, askers: this.#askers.note(request, nowMs) };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { version: MESSAGE_VERSION, failure };
    }
  }

  protected handle(request: CounterRequest, nowMs: number): CounterReply {
    return this.#table.handle(request, nowMs);
  }

  #toPresentRequest(request: CounterRequest): CounterRequest {
    const { committed } = request;
    const takenAtMs = committed === undefined ? 0 : this.#toPresent(committed.takenAtMs);
    if (committed === undefined || takenAtMs === committed.takenAtMs) return request;
    return { ...request, committed: { ...committed, takenAtMs } };
  }

  /** A time that this object once told, as it is now. */
  #toPresent(timeMs: number): number {
    return timeMs - this.clock.toBackMs(timeMs);
  }

  /**
   * The one clock, read once a call. Where it was set back for long, the object begins as if it had been evicted: rows are
   * put into its time when they are read, and memory is made of them.
   */
  protected readClock(): number {
    if (this.clock.read(Date.now())) this.begin();
    this.journal.nowMs = this.clock.timeMs;
    return this.clock.timeMs;
  }

  protected begin(): void {
    this.rows = new CounterRows(this.ctx.storage);
    this.journal = new Journal(new JournalRows(this.ctx.storage), this.clock.timeMs);
    this.#table = this.#createTable();
  }

  #createTable(): CounterTable {
    const [rows, journal, clock] = [this.rows, this.journal, this.clock];
    const store: CounterStore = {
      journal,
      read: (key) => rows.read(key),
      write: (key, text, expiresAtMs) => {
        rows.write(key, text, { nowMs: clock.timeMs, expiresAtMs });
      },
      onReturned: () => this.#storeSoon(),
      onForgotten: (key, policies, reason) => {
        writeLog("forgotten", { reason, key: hashText(key), policy: policies });
      },
    };
    return new CounterTable(store, KEYS_IN_MEMORY_MAX, clock);
  }

  /** A row that is not written leaves its estimate, which only under-admits. */
  #storeSoon(): void {
    if (this.#isStoring) return;
    this.#isStoring = true;
    setTimeout(() => {
      this.#isStoring = false;
      try {
        this.readClock();
        this.#table.storeReturned();
      } catch (error) {
        writeLog("store-failed", { error: error instanceof Error ? error.message : String(error) });
      }
    }, RETURNED_MS);
  }
}

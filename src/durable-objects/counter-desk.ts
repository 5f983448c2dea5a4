// What a Durable Object that owns counters does with them: load -> decide -> store -> alarm. It decides nothing itself
// (core/counters does), and while it is quiet nothing keeps it awake. While it is busy one timer of a second does, at whose end its journal names
// what was used meanwhile (decision 20).

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
import { readRequests, writeAnswers } from "../core/counters/counter-text.ts";
import type { CounterStore } from "../core/counters/key-entries.ts";
import { Journal } from "../core/counters/journal.ts";
import { hashText } from "../platform/hash-text.ts";
import { writeLog } from "../platform/log.ts";
import { CounterRows } from "./counter-rows.ts";
import { JournalRows } from "./journal-rows.ts";

/** Keys that stay in memory; the others are read from their rows again. */
const KEYS_IN_MEMORY_MAX = 10_000;

/** What comes back of an estimate is stored within this time, with what comes back or is taken of its key meanwhile. */
const RETURNED_MS = 200;

type Handle = (request: CounterRequest) => CounterReply;

/** What an object has beside its counters. */
export interface BesideCounters {
  /** Handles one request by `handle`, in the time of the object. */
  readonly around: (request: CounterRequest, nowMs: number, handle: Handle) => CounterReply;
  /** All memory of what is stored begins anew. */
  readonly onBegin: () => void;
}

const NOTHING_BESIDE: BesideCounters = {
  around: (request, _nowMs, handle) => handle(request),
  onBegin: () => undefined,
};

export class CounterDesk {
  readonly clock = new CounterClock(Date.now());
  readonly #storage: DurableObjectStorage;
  readonly #beside: BesideCounters;
  #rows: CounterRows;
  #journal: Journal;
  #table: CounterTable;
  #hasTimer = false;
  #isStoring = false;
  readonly #askers = new Askers(KEYS_IN_MEMORY_MAX);

  constructor(storage: DurableObjectStorage, beside = NOTHING_BESIDE) {
    this.#storage = storage;
    this.#beside = beside;
    this.#rows = new CounterRows(storage);
    this.#journal = new Journal(new JournalRows(storage), this.clock.timeMs);
    this.#table = this.#createTable();
  }

  get rows(): CounterRows {
    return this.#rows;
  }

  get journal(): Journal {
    return this.#journal;
  }

  /** All in one turn. The platform holds the answers back until what they wrote is durable (the output gate). */
  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    const nowMs = this.readClock();
    const answers = requests.map((request) => this.#decideOne(request, nowMs));
    this.#setTimer();
    return answers;
  }

  decideText(requests: string): string {
    return writeAnswers(this.decide(readRequests(requests)));
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

  async alarm(): Promise<void> {
    const nowMs = this.readClock();
    if (await this.#rows.sweep(nowMs, this.#journal.neededUntilMs)) this.#begin();
  }

  /** Wakes when the journal's blanket ends. It is never longer than a second, and none is set when that names and seals. */
  #setTimer(): void {
    const { wakeMs } = this.#journal;
    if (wakeMs === undefined || this.#hasTimer) return;
    this.#hasTimer = true;
    this.#rows.noteJournal(this.#journal.neededUntilMs, this.clock.timeMs);
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
      this.#journal.tick(this.readClock());
      this.#setTimer();
    } catch (error) {
      writeLog("journal-failed", { error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What one request fails of must not fail those that came with it. */
  #decideOne(request: CounterRequest, nowMs: number): CounterReply | CounterFailure {
    try {
      if (request.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
      const reply = this.#beside.around(this.#toPresentRequest(request), nowMs, (asked) =>
        this.#table.handle(asked, nowMs),
      );
      const { version, verdicts, takenAtMs, client } = reply;
      return { version, verdicts, takenAtMs, client, askers: this.#askers.note(request, nowMs) };
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
    return timeMs - this.clock.toBackMs(timeMs);
  }

  /**
   * The one clock, read once a call. Where it was set back for long, the object begins as if it had been evicted: rows are
   * put into its time when they are read, and memory is made of them.
   */
  readClock(): number {
    if (this.clock.read(Date.now())) this.#begin();
    this.#journal.nowMs = this.clock.timeMs;
    return this.clock.timeMs;
  }

  #begin(): void {
    this.#beside.onBegin();
    this.#rows = new CounterRows(this.#storage);
    this.#journal = new Journal(new JournalRows(this.#storage), this.clock.timeMs);
    this.#table = this.#createTable();
  }

  #createTable(): CounterTable {
    const [rows, journal, clock] = [this.#rows, this.#journal, this.clock];
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

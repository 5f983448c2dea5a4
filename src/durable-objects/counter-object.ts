// The Durable Object that owns counters: load -> decide -> store -> alarm. It decides nothing itself (core/counters does)
// and while it is quiet nothing keeps it awake. While it is busy one timer of a second does, at whose end its journal names
// what was used meanwhile (decision 20). What comes back of estimates is stored a moment later (decision 29).

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
import { type CounterRow, findTop } from "../core/counters/find-top.ts";
import { Journal } from "../core/counters/journal.ts";
import { RankedWaits } from "../core/counters/ranked-waits.ts";
import { ScoreBook } from "../core/reputation/score-book.ts";
import type { ScoreAnswer, ScoreQuestion } from "../core/reputation/score-messages.ts";
import { hashText } from "../platform/hash-text.ts";
import type { Bindings, CounterRpc } from "../platform/bindings.ts";
import { writeLog } from "../platform/log.ts";
import { CounterRows, SCORE_PREFIX } from "./counter-rows.ts";
import { JournalRows } from "./journal-rows.ts";

/** Keys that stay in memory; the others are read from their rows again. */
const KEYS_IN_MEMORY_MAX = 10_000;

/** What comes back of an estimate is stored within this time, with what comes back or is taken of its key meanwhile. */
const RETURNED_MS = 200;

/** Keys of policies that calls of some priority wait for. */
const WAITED_FOR_MAX = 1_000;

/** Rows that are looked at to find who uses most. */
const TOP_ROWS_MAX = 5_000;

export class CounterObject extends DurableObject<Bindings> implements CounterRpc {
  readonly #clock = new CounterClock(Date.now());
  #rows: CounterRows;
  #journal: Journal;
  #table: CounterTable;
  #hasTimer = false;
  #isStoring = false;
  /** Made when a reputation is first asked for. */
  #scores: ScoreBook | undefined;
  readonly #askers = new Askers(KEYS_IN_MEMORY_MAX);
  readonly #waits = new RankedWaits(WAITED_FOR_MAX);

  constructor(context: DurableObjectState, env: Bindings) {
    super(context, env);
    this.#rows = new CounterRows(context.storage);
    this.#journal = new Journal(new JournalRows(context.storage), this.#clock.timeMs);
    this.#table = this.#createTable();
  }

  /** All in one turn. The platform holds the answers back until what they wrote is durable (the output gate). */
  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    const nowMs = this.#readClock();
    const answers = requests.map((request) => this.#decideOne(request, nowMs));
    this.#setTimer();
    return answers;
  }

  settle(settlement: Settlement): void {
    if (settlement.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.#readClock();
    this.#table.settle({ ...settlement, takenAtMs: this.#toPresent(settlement.takenAtMs) }, nowMs);
    this.#setTimer();
  }

  reset(reset: CounterReset): void {
    if (reset.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    this.#table.reset(reset, this.#readClock());
  }

  top(question: TopQuestion): TopAnswer {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.#readClock();
    return findTop(this.#list(TOP_ROWS_MAX + 1), question, {
      nowMs,
      rowsMax: TOP_ROWS_MAX,
      clock: this.#clock,
    });
  }

  score(question: ScoreQuestion): readonly ScoreAnswer[] {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.#readClock();
    return this.#readScores().report(question, nowMs);
  }

  override async alarm(): Promise<void> {
    const nowMs = this.#readClock();
    if (await this.#rows.sweep(nowMs, this.#journal.neededUntilMs)) this.#begin();
  }

  /** The newest of each key: the journal's, and rows of keys that it does not have. */
  #list(most: number): readonly CounterRow[] {
    const named = new Map<string, string>();
    for (const { key, record } of this.#journal.slots.records()) {
      if (named.size === most) break;
      named.set(key, record);
    }
    const rows = this.#rows.list(most).filter(({ key }) => !named.has(key));
    return [...rows, ...[...named].map(([key, record]) => ({ key, record }))].slice(0, most);
  }

  /** Wakes when the journal's blanket ends. It is never longer than a second, and none is set when that names and seals. */
  #setTimer(): void {
    const { wakeMs } = this.#journal;
    if (wakeMs === undefined || this.#hasTimer) return;
    this.#hasTimer = true;
    this.#rows.noteJournal(this.#journal.neededUntilMs, this.#clock.timeMs);
    setTimeout(
      () => {
        this.#hasTimer = false;
        this.#tick();
      },
      Math.max(1, wakeMs - this.#clock.timeMs),
    );
  }

  /** A write that fails leaves the blanket to end: requests write rows, and the next tick names the others. */
  #tick(): void {
    try {
      this.#journal.tick(this.#readClock());
      this.#setTimer();
    } catch (error) {
      writeLog("journal-failed", { error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** What one request fails of must not fail those that came with it. */
  #decideOne(request: CounterRequest, nowMs: number): CounterReply | CounterFailure {
    try {
      if (request.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
      const asked = this.#waits.reserve(this.#toPresentRequest(request), nowMs);
      const reply = this.#table.handle(asked, nowMs);
      this.#waits.note(asked, reply, nowMs);
      const { client: key } = request;
      const client = key === undefined ? undefined : this.#readScores().find(key, nowMs);
      return { ...reply, askers: this.#askers.note(request, nowMs), client };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { version: MESSAGE_VERSION, failure };
    }
  }

  #readScores(): ScoreBook {
    const rows = this.#rows;
    this.#scores ??= new ScoreBook(
      {
        list: (most) => rows.listScores(most),
        write: (key, record, expiresAtMs) => {
          rows.write(`${SCORE_PREFIX}${key}`, record, { nowMs: this.#clock.timeMs, expiresAtMs });
        },
      },
      this.#clock.timeMs,
    );
    return this.#scores;
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
    if (this.#clock.read(Date.now())) this.#begin();
    this.#journal.nowMs = this.#clock.timeMs;
    return this.#clock.timeMs;
  }

  #begin(): void {
    this.#scores = undefined;
    this.#rows = new CounterRows(this.ctx.storage);
    this.#journal = new Journal(new JournalRows(this.ctx.storage), this.#clock.timeMs);
    this.#table = this.#createTable();
  }

  #createTable(): CounterTable {
    const [rows, journal, clock] = [this.#rows, this.#journal, this.#clock];
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
        this.#readClock();
        this.#table.storeReturned();
      } catch (error) {
        writeLog("store-failed", { error: error instanceof Error ? error.message : String(error) });
      }
    }, RETURNED_MS);
  }
}

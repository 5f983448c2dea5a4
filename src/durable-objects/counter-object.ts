// The counter object of the gateway: counters, and beside them what else is asked of their keys. Who waits for them, who uses
// most, and the reputation of clients.

import {
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
  type TopAnswer,
  type TopQuestion,
} from "../core/counters/counter-messages.ts";
import { type CounterRow, findTop } from "../core/counters/find-top.ts";
import { RankedWaits } from "../core/counters/ranked-waits.ts";
import { ScoreBook } from "../core/reputation/score-book.ts";
import type { ScoreAnswer, ScoreQuestion } from "../core/reputation/score-messages.ts";
import type { CounterRpc } from "../platform/bindings.ts";
import { SCORE_PREFIX } from "./counter-rows.ts";
import { LimiterObject } from "./limiter-object.ts";

/** Keys of policies that calls of some priority wait for. */
const WAITED_FOR_MAX = 1_000;

/** Rows that are looked at to find who uses most. */
const TOP_ROWS_MAX = 5_000;

export class CounterObject extends LimiterObject implements CounterRpc {
  /** Made when a reputation is first asked for. */
  #scores: ScoreBook | undefined;
  readonly #waits = new RankedWaits(WAITED_FOR_MAX);

  top(question: TopQuestion): TopAnswer {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.readClock();
    return findTop(this.#list(TOP_ROWS_MAX + 1), question, {
      nowMs,
      rowsMax: TOP_ROWS_MAX,
      clock: this.clock,
    });
  }

  score(question: ScoreQuestion): readonly ScoreAnswer[] {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.readClock();
    return this.#readScores().report(question, nowMs);
  }

  protected override handle(request: CounterRequest, nowMs: number): CounterReply {
    const asked = this.#waits.reserve(request, nowMs);
    const reply = super.handle(asked, nowMs);
    this.#waits.note(asked, reply, nowMs);
    const { client: key } = request;
    return key === undefined ? reply : { ...reply, client: this.#readScores().find(key, nowMs) };
  }

  protected override begin(): void {
    this.#scores = undefined;
    super.begin();
  }

  /** The newest of each key: the journal's, and rows of keys that it does not have. */
  #list(most: number): readonly CounterRow[] {
    const named = new Map<string, string>();
    for (const { key, record } of this.journal.slots.records()) {
      if (named.size === most) break;
      named.set(key, record);
    }
    const rows = this.rows.list(most).filter(({ key }) => !named.has(key));
    return [...rows, ...[...named].map(([key, record]) => ({ key, record }))].slice(0, most);
  }

  #readScores(): ScoreBook {
    const rows = this.rows;
    this.#scores ??= new ScoreBook(
      {
        list: (most) => rows.listScores(most),
        write: (key, record, expiresAtMs) => {
          rows.write(`${SCORE_PREFIX}${key}`, record, { nowMs: this.clock.timeMs, expiresAtMs });
        },
      },
      this.clock.timeMs,
    );
    return this.#scores;
  }
}

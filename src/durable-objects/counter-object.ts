// The counter object of the gateway: counters, and beside them what else is asked of their keys. Who waits for them, who uses
// most, and the reputation of clients.

import { DurableObject } from "cloudflare:workers";
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
import { type CounterRow, findTop } from "../core/counters/find-top.ts";
import { RankedWaits } from "../core/counters/ranked-waits.ts";
import { ClientBook } from "../core/reputation/client-book.ts";
import type { SuspectsAnswer, SuspectsQuestion } from "../core/reputation/suspects.ts";
import type { ScoreAnswer, ScoreQuestion } from "../core/reputation/score-messages.ts";
import type { Bindings, CounterRpc } from "../platform/bindings.ts";
import { SCORE_PREFIX, TRUST_PREFIX } from "./counter-rows.ts";
import { CounterDesk } from "./counter-desk.ts";

/** Keys of policies that calls of some priority wait for. */
const WAITED_FOR_MAX = 1_000;

/** Of one answer. */
const SUSPECTS_MAX = 100;

/** Rows that are looked at to find who uses most. */
const TOP_ROWS_MAX = 5_000;

export class CounterObject extends DurableObject<Bindings> implements CounterRpc {
  readonly #desk = new CounterDesk(this.ctx.storage, {
    around: (request, nowMs, handle) => this.#handle(request, nowMs, handle),
    onBegin: () => {
      this.#scores = undefined;
    },
  });
  /** Made when a reputation is first asked for. */
  #scores: ClientBook | undefined;
  readonly #waits = new RankedWaits(WAITED_FOR_MAX);

  decide(requests: readonly CounterRequest[]): readonly (CounterReply | CounterFailure)[] {
    return this.#desk.decide(requests);
  }

  decideText(requests: string): string {
    return this.#desk.decideText(requests);
  }

  settle(settlement: Settlement): void {
    this.#desk.settle(settlement);
  }

  reset(reset: CounterReset): void {
    this.#desk.reset(reset);
  }

  override async alarm(): Promise<void> {
    await this.#desk.alarm();
  }

  top(question: TopQuestion): TopAnswer {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.#desk.readClock();
    return findTop(this.#list(TOP_ROWS_MAX + 1), question, {
      nowMs,
      rowsMax: TOP_ROWS_MAX,
      clock: this.#desk.clock,
    });
  }

  score(question: ScoreQuestion): readonly ScoreAnswer[] {
    if (question.version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    const nowMs = this.#desk.readClock();
    return this.#readScores().report(question, nowMs);
  }

  suspects({ version, most }: SuspectsQuestion): SuspectsAnswer {
    if (version !== MESSAGE_VERSION) throw new Error("counter message of another version");
    return this.#readScores().listSuspects(Math.min(most, SUSPECTS_MAX), this.#desk.readClock());
  }

  #handle(
    request: CounterRequest,
    nowMs: number,
    handle: (request: CounterRequest) => CounterReply,
  ): CounterReply {
    const asked = this.#waits.reserve(request, nowMs);
    const reply = handle(asked);
    this.#waits.note(asked, reply, nowMs);
    const { client: key, trustAfterMs } = request;
    if (key === undefined) return reply;
    return { ...reply, client: this.#readScores().visit(key, trustAfterMs, nowMs) };
  }

  /** The newest of each key: the journal's, and rows of keys that it does not have. */
  #list(most: number): readonly CounterRow[] {
    const named = new Map<string, string>();
    for (const { key, record } of this.#desk.journal.slots.records()) {
      if (named.size === most) break;
      named.set(key, record);
    }
    const rows = this.#desk.rows.list(most).filter(({ key }) => !named.has(key));
    return [...rows, ...[...named].map(([key, record]) => ({ key, record }))].slice(0, most);
  }

  #readScores(): ClientBook {
    const { rows, clock } = this.#desk;
    const write =
      (prefix: string) =>
      (key: string, record: string, expiresAtMs: number): void =>
        rows.write(`${prefix}${key}`, record, { nowMs: clock.timeMs, expiresAtMs });
    this.#scores ??= new ClientBook(
      { list: (most) => rows.listScores(most), write: write(SCORE_PREFIX) },
      {
        read: (key) => rows.read(`${TRUST_PREFIX}${key}`),
        count: (most) => rows.countTrust(most),
        write: write(TRUST_PREFIX),
      },
      clock.timeMs,
    );
    return this.#scores;
  }
}

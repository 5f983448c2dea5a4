// Several isolates and the counter object of their clients' addresses, with the core code that ships and a clock of the
// test's own: what the gateway does around it, calls and waits, is here a loop.

import { parseWith } from "../../src/core/schema/parse-with.ts";
import {
  type ReputationSettings,
  reputationSchema,
  toReputation,
} from "../../src/core/reputation/reputation-settings.ts";
import { ClientBook } from "../../src/core/reputation/client-book.ts";
import { toKeyOfOthers } from "../../src/core/reputation/client-key.ts";
import { isDoubted } from "../../src/core/reputation/score.ts";
import { type KnownStanding, Standings } from "../../src/core/reputation/standings.ts";
import { type Happened, toSignals } from "../../src/core/reputation/to-signals.ts";

/** Isolates report at most so often. */
const INTERVAL_MS = 1_000;

export function toSettings(given: object = {}): ReputationSettings {
  const parsed = parseWith(reputationSchema, { mode: "enforce", ...given });
  const settings = parsed.ok ? toReputation(parsed.value, false) : undefined;
  if (settings === undefined) throw new Error("Cannot prove: these are no settings of a reputation");
  return settings;
}

interface Sent {
  /** The isolate. */
  readonly at: number;
  readonly nowMs: number;
  /** Whether its browser says that a page of another site caused it. */
  readonly isOfOtherSite?: boolean;
}

interface Isolate {
  readonly standings: Standings;
  sentMs: number;
}

export interface Turned {
  readonly key: string;
  readonly standing: KnownStanding["standing"];
  readonly atMs: number;
}

export class Fleet {
  readonly settings: ReputationSettings;
  readonly turned: Turned[] = [];
  /** Rows that were written. */
  rows = 0;
  /** The same, of clients that come again. */
  trustRows = 0;
  readonly #isolates: readonly Isolate[];
  readonly #book: ClientBook;
  readonly #askedEach: number;
  #sent = 0;

  /** One of `askedEach` requests asks its counter object. */
  constructor(isolates: number, { settings = toSettings(), askedEach = 1 } = {}) {
    this.settings = settings;
    this.#askedEach = askedEach;
    this.#isolates = Array.from({ length: isolates }, () => ({
      standings: new Standings(),
      sentMs: -Infinity,
    }));
    const write = (): void => {
      this.rows += 1;
    };
    const stored = new Map<string, string>();
    const keep = (key: string, record: string): void => {
      this.trustRows += 1;
      stored.set(key, record);
    };
    const trust = { read: (key: string) => stored.get(key), count: () => stored.size, write: keep };
    this.#book = new ClientBook({ list: () => [], write }, trust, 0);
  }

  /** One request of a client at one isolate: what the isolate knows of the client before, and then reports. */
  send(
    client: string,
    happened: Partial<Happened>,
    { at, nowMs, isOfOtherSite = false }: Sent,
  ): KnownStanding["standing"] {
    const key = isOfOtherSite ? toKeyOfOthers(client) : client;
    const isolate = this.#isolates[at % this.#isolates.length];
    if (isolate === undefined) throw new Error("a fleet has at least one isolate");
    const { score, points } = this.settings;
    const { standings } = isolate;
    const noted = { object: "only", halfLifeMs: score.halfLifeMs, nowMs };
    this.#ask(key, standings, noted);
    const known = standings.find(key, score, nowMs)?.standing ?? "clear";
    const all = { code: undefined, status: 200, isTrap: false, isKnown: false, ...happened };
    const signals = toSignals(all, points);
    if (signals === "clean") standings.noteClean(key, score, nowMs);
    else if (signals !== undefined) standings.note(key, signals, noted);
    if (standings.hasPending && nowMs - isolate.sentMs >= INTERVAL_MS) this.#report(isolate, nowMs);
    return known;
  }

  /** Whoever asks its counter object learns what it holds against the client: not each request does, where there are leases. */
  #ask(key: string, standings: Standings, noted: Parameters<Standings["vouch"]>[1]): void {
    this.#sent += 1;
    const { nowMs } = noted;
    const held =
      this.#sent % this.#askedEach === 0
        ? this.#book.visit(key, this.settings.trustAfterMs, nowMs)
        : undefined;
    if (held === undefined) return;
    standings.hear(held, nowMs);
    if (isDoubted(held.score, this.settings.score)) standings.vouch(key, noted);
  }

  toScore(key: string, nowMs: number): number {
    return this.#book.visit(key, undefined, nowMs)?.score ?? 0;
  }

  #report(isolate: Isolate, nowMs: number): void {
    isolate.sentMs = nowMs;
    for (const { reports } of isolate.standings.takeReports()) {
      const { score, trustAfterMs } = this.settings;
      const answers = this.#book.report({ version: 1, settings: score, trustAfterMs, reports }, nowMs);
      isolate.standings.settle(reports);
      for (const answer of answers) {
        isolate.standings.hear(answer, nowMs);
        if (answer.turned !== undefined)
          this.turned.push({ key: answer.key, standing: answer.turned, atMs: nowMs });
      }
    }
  }
}

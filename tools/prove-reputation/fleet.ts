// Several isolates and the counter object of their clients' addresses, with the core code that ships and a clock of the
// test's own: what the gateway does around it, calls and waits, is here a loop.

import { parseWith } from "../../src/core/schema/parse-with.ts";
import {
  type ReputationSettings,
  reputationSchema,
  toReputation,
} from "../../src/core/reputation/reputation-settings.ts";
import { ScoreBook } from "../../src/core/reputation/score-book.ts";
import type { Standing } from "../../src/core/reputation/score-messages.ts";
import { Standings } from "../../src/core/reputation/standings.ts";
import { type Happened, toSignals } from "../../src/core/reputation/to-signals.ts";

/** Isolates report at most so often. */
const INTERVAL_MS = 1_000;

export function toSettings(given: object = {}): ReputationSettings {
  const parsed = parseWith(reputationSchema, { mode: "enforce", ...given });
  const settings = parsed.ok ? toReputation(parsed.value, false) : undefined;
  if (settings === undefined) throw new Error("Cannot prove: these are no settings of a reputation");
  return settings;
}

interface Isolate {
  readonly standings: Standings;
  sentMs: number;
}

export interface Turned {
  readonly key: string;
  readonly standing: Standing;
  readonly atMs: number;
}

export class Fleet {
  readonly settings: ReputationSettings;
  readonly turned: Turned[] = [];
  /** Rows that were written. */
  rows = 0;
  readonly #isolates: readonly Isolate[];
  readonly #book: ScoreBook;

  constructor(isolates: number, settings = toSettings()) {
    this.settings = settings;
    this.#isolates = Array.from({ length: isolates }, () => ({
      standings: new Standings(),
      sentMs: -Infinity,
    }));
    const write = (): void => {
      this.rows += 1;
    };
    this.#book = new ScoreBook({ list: () => [], write }, 0);
  }

  /** One request of a client at one isolate: what the isolate knows of the client before, and then reports. */
  send(key: string, happened: Partial<Happened>, { at, nowMs }: { at: number; nowMs: number }): Standing {
    const isolate = this.#isolates[at % this.#isolates.length];
    if (isolate === undefined) throw new Error("a fleet has at least one isolate");
    const { score, points } = this.settings;
    const { standings } = isolate;
    // Whoever asks its counter object learns what it holds against the client.
    const held = this.#book.find(key, nowMs);
    if (held !== undefined) standings.hear(held, nowMs);
    const known = standings.find(key, score, nowMs)?.standing ?? "clear";
    const all = { code: undefined, status: 200, isTrap: false, isKnown: false, ...happened };
    const signals = toSignals(all, points);
    if (signals === "clean") standings.noteClean(key, score, nowMs);
    else if (signals !== undefined)
      standings.note(key, signals, { object: "only", halfLifeMs: score.halfLifeMs, nowMs });
    if (standings.hasPending && nowMs - isolate.sentMs >= INTERVAL_MS) this.#report(isolate, nowMs);
    return known;
  }

  toScore(key: string, nowMs: number): number {
    return this.#book.find(key, nowMs)?.score ?? 0;
  }

  #report(isolate: Isolate, nowMs: number): void {
    isolate.sentMs = nowMs;
    for (const { reports } of isolate.standings.takeReports()) {
      const answers = this.#book.report({ version: 1, settings: this.settings.score, reports }, nowMs);
      isolate.standings.settle(reports);
      for (const answer of answers) {
        isolate.standings.hear(answer, nowMs);
        if (answer.turned !== undefined)
          this.turned.push({ key: answer.key, standing: answer.turned, atMs: nowMs });
      }
    }
  }
}

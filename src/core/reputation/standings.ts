// What an isolate knows of clients' reputations: what their counter objects said, what it has yet to report, and how many
// of each one's requests went well. It decides no score: it adds what is not reported yet to what it was told.

import { LruMap } from "../lru-map.ts";
import { REPORTED_MAX, type ScoreAnswer, type ScoreReport, type Standing } from "./score-messages.ts";
import { addPoints, NO_SIGNALS, type ScoreSettings, type Signals, toDecay, toPoints } from "./score.ts";

const CLIENTS_MAX = 10_000;
/** After so many requests that went well at this isolate a fault weighs a quarter, and ever less after more. */
const CLEAN_PER_FAULT = 4;
/** Clients that wait for the next report; of others nothing is reported. */
const PENDING_MAX = 1_000;

interface Heard {
  readonly score: number;
  readonly atMs: number;
  readonly bannedUntilMs: number;
}

interface Pending {
  readonly object: string;
  signals: Signals;
}

/** What is held against a client. */
export interface KnownStanding {
  readonly standing: Standing;
  readonly score: number;
  readonly banMs: number;
}

export interface ObjectReports {
  readonly object: string;
  readonly reports: readonly ScoreReport[];
}

export class Standings {
  readonly #heard = new LruMap<string, Heard>(CLIENTS_MAX);
  readonly #clean = new LruMap<string, { count: number; atMs: number }>(CLIENTS_MAX);
  #pending = new Map<string, Pending>();
  /** Signals that found no room since the last report. */
  lost = 0;

  get hasPending(): boolean {
    return this.#pending.size > 0;
  }

  /** Nothing is held against anybody. */
  get isEmpty(): boolean {
    return this.#heard.size === 0 && this.#pending.size === 0;
  }

  /** A request that went well. */
  noteClean(key: string, { halfLifeMs }: ScoreSettings, nowMs: number): void {
    const known = this.#clean.get(key);
    if (known === undefined) {
      this.#clean.set(key, { count: 1, atMs: nowMs });
      return;
    }
    known.count = 1 + known.count * toDecay(nowMs - known.atMs, halfLifeMs);
    known.atMs = nowMs;
  }

  /** `object` owns the key. */
  note(key: string, signals: Signals, { object, halfLifeMs, nowMs }: Noted): void {
    const known = this.#pending.get(key);
    if (known === undefined && this.#pending.size >= PENDING_MAX) {
      this.lost += 1;
      return;
    }
    const clean = this.#takeClean(key, halfLifeMs, nowMs);
    const added = weigh(signals, clean);
    if (known === undefined) this.#pending.set(key, { object, signals: added });
    else known.signals = addPoints(known.signals, added);
  }

  #takeClean(key: string, halfLifeMs: number, nowMs: number): number {
    const known = this.#clean.get(key);
    if (known === undefined) return 0;
    this.#clean.delete(key);
    return known.count * toDecay(nowMs - known.atMs, halfLifeMs);
  }

  /** What waits, by object; as much as its calls may have. What is taken still counts until the object has answered. */
  takeReports(): readonly ObjectReports[] {
    const byObject = Map.groupBy(this.#pending, ([, { object }]) => object);
    return [...byObject].flatMap(([object, waiting]) => {
      const reports = waiting.slice(0, REPORTED_MAX).map(([key, { signals }]) => ({ key, signals }));
      return [{ object, reports }];
    });
  }

  /** The object has these, or they are given up: what came meanwhile waits on. */
  settle(reports: readonly ScoreReport[]): void {
    for (const { key, signals } of reports) {
      const known = this.#pending.get(key);
      if (known === undefined) continue;
      if (known.signals === signals) this.#pending.delete(key);
      else known.signals = subtract(known.signals, signals);
    }
  }

  hear({ key, score, banMs }: Pick<ScoreAnswer, "key" | "score" | "banMs">, nowMs: number): void {
    this.#heard.set(key, { score, atMs: nowMs, bannedUntilMs: banMs > 0 ? nowMs + banMs : 0 });
  }

  /** undefined: nothing is known. Whoever is banned is so by its object alone. */
  find(key: string, { halfLifeMs, suspect }: ScoreSettings, nowMs: number): KnownStanding | undefined {
    const heard = this.#heard.get(key);
    const pending = this.#pending.get(key);
    if (heard === undefined && pending === undefined) return undefined;
    const told = heard === undefined ? 0 : heard.score * toDecay(nowMs - heard.atMs, halfLifeMs);
    const score = told + toPoints(pending?.signals ?? NO_SIGNALS);
    const banMs = Math.max(0, (heard?.bannedUntilMs ?? 0) - nowMs);
    if (banMs > 0) return { standing: "banned", score, banMs };
    return { standing: score >= suspect ? "suspect" : "clear", score, banMs: 0 };
  }
}

/**
 * A fault among much that went well weighs little. The object alone could not tell: where an address meets hundreds of
 * isolates, the first fault of each is reported long before most of what went well.
 */
function weigh({ denied, faults, traps }: Signals, clean: number): Signals {
  const weight = (1 + clean / CLEAN_PER_FAULT) ** -2;
  return { denied: denied * weight, faults: faults * weight, traps, clean };
}

interface Noted {
  readonly object: string;
  readonly halfLifeMs: number;
  readonly nowMs: number;
}

function subtract(one: Signals, other: Signals): Signals {
  return {
    denied: Math.max(0, one.denied - other.denied),
    faults: Math.max(0, one.faults - other.faults),
    traps: Math.max(0, one.traps - other.traps),
    clean: Math.max(0, one.clean - other.clean),
  };
}

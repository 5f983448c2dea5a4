// What an isolate knows of clients' reputations: what their counter objects said, what it has yet to report, and how many
// of each one's requests went well. It decides no score: it adds what is not reported yet to what it was told.

import { LruMap } from "../lru-map.ts";
import { findOwnKey } from "./client-key.ts";
import { REPORTED_MAX, type ScoreAnswer, type ScoreReport, type Standing } from "./score-messages.ts";
import { isBeyondTrust } from "./trust-book.ts";
import { addPoints, NO_SIGNALS, type ScoreSettings, type Signals, toDecay, toPoints } from "./score.ts";

const CLIENTS_MAX = 10_000;
/** After so many requests that went well at this isolate a fault weighs a quarter, and ever less after more. */
const CLEAN_PER_FAULT = 4;
/**
 * The same of the first fault of an address that nothing has been heard of here: among hundreds of isolates an office has
 * one at each of many before any has seen much of it. Who mixes good requests in gains one such fault at each isolate.
 */
const CLEAN_PER_FIRST_FAULT = 0.5;
/** Between two such tellings of one client. */
const VOUCH_MS = 10_000;
/** So long what an object has said of trust holds: a fault that another isolate has seen ends it there at once. */
const TRUST_MS = 60_000;
/** Clients that wait for the next report; of others nothing is reported. */
const PENDING_MAX = 1_000;

interface Heard {
  readonly score: number;
  readonly atMs: number;
  readonly bannedUntilMs: number;
  readonly trustedUntilMs: number;
}

/** Requests of a client that went well since its last fault here. */
interface Clean {
  count: number;
  /** Of these, what its object has not been told of. */
  untold: number;
  atMs: number;
  /** When its object was last told without a fault. */
  toldMs: number;
}

interface Pending {
  readonly object: string;
  signals: Signals;
}

/** What is held against a client. */
export interface KnownStanding {
  readonly standing: Standing | "trusted";
  readonly score: number;
  readonly banMs: number;
}

export interface ObjectReports {
  readonly object: string;
  readonly reports: readonly ScoreReport[];
}

export class Standings {
  readonly #heard = new LruMap<string, Heard>(CLIENTS_MAX);
  readonly #clean = new LruMap<string, Clean>(CLIENTS_MAX);
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
      this.#clean.set(key, { count: 1, untold: 1, atMs: nowMs, toldMs: -Infinity });
      return;
    }
    const kept = toDecay(nowMs - known.atMs, halfLifeMs);
    known.count = 1 + known.count * kept;
    known.untold = 1 + known.untold * kept;
    known.atMs = nowMs;
  }

  /**
   * Tells the object what went well here of a client that it is about to suspect, without waiting for a fault: of an address
   * that many share most instances have seen none. Whether there is anything to tell.
   */
  vouch(key: string, { object, halfLifeMs, nowMs }: Noted): boolean {
    const known = this.#clean.get(key);
    if (known === undefined || known.untold < 1 || nowMs - known.toldMs < VOUCH_MS) return false;
    const clean = known.untold * toDecay(nowMs - known.atMs, halfLifeMs);
    if (!this.#add(key, { ...NO_SIGNALS, clean }, object)) return false;
    known.untold = 0;
    known.toldMs = nowMs;
    return true;
  }

  /** `object` owns the key. */
  note(key: string, signals: Signals, { object, halfLifeMs, nowMs }: Noted): void {
    const known = this.#clean.get(key);
    const kept = known === undefined ? 0 : toDecay(nowMs - known.atMs, halfLifeMs);
    const { count = 0, untold = 0 } = known ?? {};
    const perFault = this.#heard.get(key) === undefined ? CLEAN_PER_FIRST_FAULT : CLEAN_PER_FAULT;
    const clean = { count: count * kept, untold: untold * kept };
    if (this.#add(key, weigh(signals, clean, perFault), object)) this.#clean.delete(key);
    else this.lost += 1;
  }

  /** False: there is no room for it. */
  #add(key: string, signals: Signals, object: string): boolean {
    const known = this.#pending.get(key);
    if (known === undefined && this.#pending.size >= PENDING_MAX) return false;
    if (known === undefined) this.#pending.set(key, { object, signals });
    else known.signals = addPoints(known.signals, signals);
    return true;
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

  hear({ key, score, banMs, isTrusted }: Omit<ScoreAnswer, "turned">, nowMs: number): void {
    this.#heard.set(key, {
      score,
      atMs: nowMs,
      bannedUntilMs: banMs > 0 ? nowMs + banMs : 0,
      trustedUntilMs: isTrusted === true ? nowMs + TRUST_MS : 0,
    });
  }

  /** undefined: nothing is known. Whoever is banned is so by its object alone. */
  find(key: string, settings: ScoreSettings, nowMs: number): KnownStanding | undefined {
    const own = findOwnKey(key);
    const known = this.#findOne(key, settings, nowMs);
    if (own === undefined) return known;
    const other = this.#findOne(own, settings, nowMs);
    const worse = other !== undefined && (known === undefined || isWorse(other, known)) ? other : known;
    // What another site's page asks for is not what the client is trusted with.
    return worse?.standing === "trusted" ? { ...worse, standing: "clear" } : worse;
  }

  #findOne(key: string, { halfLifeMs, suspect }: ScoreSettings, nowMs: number): KnownStanding | undefined {
    const heard = this.#heard.get(key);
    const pending = this.#pending.get(key);
    if (heard === undefined && pending === undefined) return undefined;
    const told = heard === undefined ? 0 : heard.score * toDecay(nowMs - heard.atMs, halfLifeMs);
    const score = told + toPoints(pending?.signals ?? NO_SIGNALS);
    const banMs = Math.max(0, (heard?.bannedUntilMs ?? 0) - nowMs);
    if (banMs > 0) return { standing: "banned", score, banMs };
    if (score >= suspect) return { standing: "suspect", score, banMs: 0 };
    return { standing: isTrusted(heard, score, nowMs) ? "trusted" : "clear", score, banMs: 0 };
  }
}

/**
 * A fault among much that went well weighs little. The object alone could not tell: where an address meets hundreds of
 * isolates, the first fault of each is reported long before most of what went well.
 */
function weigh(
  { denied, faults, traps }: Signals,
  clean: Pick<Clean, "count" | "untold">,
  perFault: number,
): Signals {
  const weight = (1 + clean.count / perFault) ** -2;
  return { denied: denied * weight, faults: faults * weight, traps, clean: clean.untold };
}

const isTrusted = (heard: Heard | undefined, score: number, nowMs: number): boolean =>
  heard !== undefined && nowMs < heard.trustedUntilMs && !isBeyondTrust(score);

const isWorse = (one: KnownStanding, other: KnownStanding): boolean =>
  one.banMs > other.banMs || (one.banMs === other.banMs && one.score > other.score);

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

// Whom a counter object trusts: clients that have come for long enough, hour after hour, without a point held against them.
// Each hour in which one comes is a row written at most, beside what its counters write anyway; when there is no room
// nobody new is taken down, so that addresses in heaps keep out others and push out nobody.

import * as v from "valibot";
import { LruMap } from "../lru-map.ts";
import { storedCount } from "../algorithms/stored-state.ts";
import { findOwnKey } from "./client-key.ts";

const HOUR_MS = 3_600_000;
/** Who stays away for longer begins anew; a weekend is not too long. */
const AWAY_MS_MAX = 72 * HOUR_MS;
/** Different hours in which a client must have come, where there are as many. */
const HOURS_MIN = 12;
/** From this score on nobody is trusted, and whoever was begins anew. */
const SCORE_MAX = 1;
const CLIENTS_MAX = 10_000;
const KEY_LENGTH_MAX = 80;
export const TRUST_ROWS_MAX = 5_000;

export interface TrustStore {
  readonly read: (key: string) => string | undefined;
  /** How many rows there are, of at most so many. */
  readonly count: (most: number) => number;
  readonly write: (key: string, record: string, expiresAtMs: number) => void;
}

const storedVisits = v.object({ sinceMs: storedCount, lastMs: storedCount, hours: storedCount });
type Visits = v.InferOutput<typeof storedVisits>;

export const isBeyondTrust = (score: number): boolean => score >= SCORE_MAX;

export class TrustBook {
  readonly #store: TrustStore;
  readonly #clients = new LruMap<string, Visits | "none">(CLIENTS_MAX);
  /** undefined: not counted yet. */
  #rows: number | undefined;
  #countedMs = -Infinity;

  constructor(store: TrustStore) {
    this.#store = store;
  }

  /** A client has come. Whether it is trusted. */
  visit(key: string, afterMs: number, nowMs: number): boolean {
    const known = this.#find(key, nowMs);
    if (known !== undefined && nowMs - known.lastMs < HOUR_MS) return isTrusted(known, afterMs, nowMs);
    const isAnew = known === undefined || nowMs - known.lastMs > toAwayMs(afterMs);
    if (known === undefined && !this.#mayKeep(key, nowMs)) return false;
    const visits = isAnew
      ? { sinceMs: nowMs, lastMs: nowMs, hours: 1 }
      : { ...known, lastMs: nowMs, hours: known.hours + 1 };
    this.#keep(key, visits, afterMs);
    return isTrusted(visits, afterMs, nowMs);
  }

  /** Whether a client is trusted that has not come just now. */
  isTrusted(key: string, afterMs: number, nowMs: number): boolean {
    const known = this.#find(key, nowMs);
    return (
      known !== undefined && nowMs - known.lastMs <= toAwayMs(afterMs) && isTrusted(known, afterMs, nowMs)
    );
  }

  /** A client has points: it begins anew. */
  lose(key: string, afterMs: number, nowMs: number): void {
    const known = this.#find(key, nowMs);
    // What has just begun anew need not be written again with each fault.
    if (known === undefined || (known.hours === 0 && nowMs - known.sinceMs < HOUR_MS)) return;
    this.#keep(key, { sinceMs: nowMs, lastMs: nowMs, hours: 0 }, afterMs);
  }

  #find(key: string, nowMs: number): Visits | undefined {
    const kept = this.#clients.get(key);
    if (kept !== undefined) return kept === "none" ? undefined : kept;
    const known = readVisits(this.#store.read(key), nowMs);
    this.#clients.set(key, known ?? "none");
    return known;
  }

  /** Rows that expired were deleted meanwhile: they are counted anew, at most once an hour. */
  #mayKeep(key: string, nowMs: number): boolean {
    if (findOwnKey(key) !== undefined || key.length > KEY_LENGTH_MAX) return false;
    const isFull = this.#rows === undefined || this.#rows >= TRUST_ROWS_MAX;
    if (isFull && nowMs - this.#countedMs >= HOUR_MS) {
      this.#countedMs = nowMs;
      this.#rows = this.#store.count(TRUST_ROWS_MAX);
    }
    if (this.#rows === undefined || this.#rows >= TRUST_ROWS_MAX) return false;
    this.#rows += 1;
    return true;
  }

  #keep(key: string, visits: Visits, afterMs: number): void {
    this.#clients.set(key, visits);
    try {
      this.#store.write(key, JSON.stringify(visits), visits.lastMs + toAwayMs(afterMs));
    } catch {
      // An object that is full: what it decides must not fail for this.
    }
  }
}

/** At least an hour and a little: who comes in each hour is never away. */
const toAwayMs = (afterMs: number): number => Math.min(AWAY_MS_MAX, 2 * afterMs);

const isTrusted = ({ sinceMs, hours }: Visits, afterMs: number, nowMs: number): boolean =>
  nowMs - sinceMs >= afterMs && hours >= Math.min(HOURS_MIN, Math.floor(afterMs / HOUR_MS));

/** What was stored by a clock that was ahead is of now; what cannot be read is none. */
function readVisits(record: string | undefined, nowMs: number): Visits | undefined {
  if (record === undefined) return undefined;
  try {
    const parsed = v.safeParse(storedVisits, JSON.parse(record) as unknown);
    if (!parsed.success) return undefined;
    const { sinceMs, lastMs, hours } = parsed.output;
    return { sinceMs: Math.min(sinceMs, nowMs), lastMs: Math.min(lastMs, nowMs), hours };
  } catch {
    return undefined;
  }
}

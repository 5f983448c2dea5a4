// The counters of one place: a counter object's, or an isolate's own while its counter object does not answer. Answers
// one request message in one turn, with no await in between, and reads and writes through what it is handed.

import { LruMap } from "../lru-map.ts";
import {
  type Counter,
  type CounterCheck,
  decideChecks,
  type Decision,
  toAlgorithm,
  toState,
} from "./decide-checks.ts";
import {
  type Check,
  type CounterReply,
  type CounterRequest,
  type KeyChecks,
  MESSAGE_VERSION,
} from "./messages.ts";
import { readRecord, writeRecord } from "./stored-record.ts";
import { consume, type LiveCounter } from "./watermark.ts";

/** Storage as the table sees it: synchronous, one text per key. */
export interface CounterStore {
  readonly read: (key: string) => string | undefined;
  readonly write: (key: string, text: string, expiresAtMs: number) => void;
  /** Something stored could not be read and counts as never seen. */
  readonly onDamaged: (key: string, policies: readonly string[]) => void;
}

/** How long units stay aside for a decision that several objects take together. */
export const HOLD_MS = 5_000;
const DECISIONS_MAX = 2_000;

interface Hold {
  readonly units: ReadonlyMap<string, number>;
  readonly expiresAtMs: number;
}

/** All that is known of one key. */
interface Entry {
  counters: ReadonlyMap<string, LiveCounter>;
  readonly holds: Map<string, Hold>;
}

interface Consumed {
  readonly request: CounterRequest;
  readonly reply: CounterReply;
  readonly takenAtMs: number;
}

export class CounterTable {
  readonly #store: CounterStore;
  readonly #entries: LruMap<string, Entry>;
  /** What was consumed by decision id: a repeated message changes nothing, and a release knows what to give back. */
  readonly #consumed = new LruMap<string, Consumed>(DECISIONS_MAX);

  constructor(store: CounterStore, keysMax: number) {
    this.#store = store;
    this.#entries = new LruMap(keysMax);
  }

  handle(request: CounterRequest, nowMs: number): CounterReply {
    if (request.phase === "release") return this.#release(request, nowMs);
    const before = this.#consumed.get(request.id);
    if (before !== undefined) return before.reply;
    // Its own hold must not count against it: not when it commits, nor when the message came twice.
    this.#dropHolds(request);
    const decision = this.#decide(request, nowMs);
    const reply: CounterReply = { version: MESSAGE_VERSION, verdicts: decision.verdicts };
    if (!decision.isAllowed) return reply;
    if (request.phase === "hold") {
      this.#hold(request, nowMs);
    } else {
      this.#consume(request, nowMs);
      this.#consumed.set(request.id, { request, reply, takenAtMs: nowMs });
    }
    return reply;
  }

  /** Decides against what is used and what is held. */
  #decide(request: CounterRequest, nowMs: number): Decision {
    const checks: CounterCheck[] = [];
    for (const { key, checks: asked } of request.keys) {
      const entry = this.#entry(key);
      for (const check of asked) checks.push({ check, counter: toHeldCounter(entry, check, nowMs) });
    }
    return decideChecks(checks, nowMs);
  }

  #hold(request: CounterRequest, nowMs: number): void {
    for (const { key, checks } of request.keys) {
      const units = new Map(checks.map((check) => [check.policy, check.cost]));
      this.#entry(key).holds.set(request.id, { units, expiresAtMs: nowMs + HOLD_MS });
    }
  }

  #dropHolds(request: CounterRequest): void {
    for (const { key } of request.keys) this.#entry(key).holds.delete(request.id);
  }

  /**
   * Moves every state on. It was just decided, with what is held on top, that this is allowed. Rows come first and
   * memory last: a write that throws leaves every counter as it was (a row may be ahead, which only under-admits).
   */
  #consume(request: CounterRequest, nowMs: number): void {
    const moved: { readonly entry: Entry; readonly counters: ReadonlyMap<string, LiveCounter> }[] = [];
    for (const { key, checks } of request.keys) {
      const entry = this.#entry(key);
      const { counters, mustWrite } = consumeAll(entry.counters, checks, nowMs);
      if (mustWrite) {
        const { text, expiresAtMs } = writeRecord(counters);
        this.#store.write(key, text, expiresAtMs);
      }
      moved.push({ entry, counters });
    }
    for (const { entry, counters } of moved) entry.counters = counters;
  }

  /** Gives back what a decision holds or consumed. What storage holds stays ahead of the truth: no row is written. */
  #release(request: CounterRequest, nowMs: number): CounterReply {
    this.#dropHolds(request);
    const consumed = this.#consumed.get(request.id);
    if (consumed !== undefined) {
      this.#consumed.delete(request.id);
      for (const asked of consumed.request.keys)
        this.#giveBack(asked, { nowMs, takenAtMs: consumed.takenAtMs });
    }
    return { version: MESSAGE_VERSION, verdicts: [] };
  }

  #giveBack({ key, checks }: KeyChecks, { nowMs, takenAtMs }: { nowMs: number; takenAtMs: number }): void {
    const entry = this.#entry(key);
    const counters = new Map(entry.counters);
    for (const { policy, algorithm, settings, cost } of checks) {
      const live = counters.get(policy);
      if (live === undefined || live.counter.algorithm !== algorithm || cost === 0) continue;
      const state = toAlgorithm(algorithm).charge(settings, live.counter.state, {
        nowMs,
        units: -cost,
        takenAtMs,
      });
      counters.set(policy, { ...live, counter: { algorithm, state } });
    }
    entry.counters = counters;
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const { counters, damaged } = readRecord(this.#store.read(key));
    if (damaged.length > 0) this.#store.onDamaged(key, damaged);
    const entry: Entry = { counters, holds: new Map() };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** The key's counters after every check consumed its cost, and whether that must be written. */
function consumeAll(
  before: ReadonlyMap<string, LiveCounter>,
  checks: readonly Check[],
  nowMs: number,
): { readonly counters: ReadonlyMap<string, LiveCounter>; readonly mustWrite: boolean } {
  const counters = new Map(before);
  let mustWrite = false;
  for (const check of checks) {
    if (check.cost === 0) continue;
    const live = before.get(check.policy);
    const state = toState(live?.counter, check);
    const verdict = toAlgorithm(check.algorithm).decide(check.settings, state, { nowMs, cost: check.cost });
    const counter: Counter = { algorithm: check.algorithm, state: verdict.state };
    const after = consume(live, { settings: check.settings, counter, units: check.cost }, nowMs);
    counters.set(check.policy, after.live);
    mustWrite ||= after.mustWrite;
  }
  return { counters, mustWrite };
}

/** The counter with the units that other decisions hold put on top. */
function toHeldCounter(entry: Entry, check: Check, nowMs: number): Counter | undefined {
  const counter = entry.counters.get(check.policy)?.counter;
  let held = 0;
  for (const [id, hold] of entry.holds) {
    if (hold.expiresAtMs <= nowMs) entry.holds.delete(id);
    else held += hold.units.get(check.policy) ?? 0;
  }
  if (held === 0) return counter;
  const state = toAlgorithm(check.algorithm).charge(check.settings, toState(counter, check), {
    nowMs,
    units: held,
  });
  return { algorithm: check.algorithm, state };
}

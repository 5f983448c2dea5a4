// The counters of one place: a counter object's, or an isolate's own while its counter object does not answer. Answers
// one message in one turn, with no await in between, and reads and writes through what it is handed.

import type { Outcome } from "../algorithms/algorithm.ts";
import { LruMap } from "../lru-map.ts";
import { countDenials, toBanMs } from "./ban.ts";
import { type CounterCheck, decideChecks, type Decision } from "./decide-checks.ts";
import { consumeChecks, findChangedAlgorithms, type KeyCounters, settleChecks } from "./key-counters.ts";
import {
  type Check,
  type CheckVerdict,
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
  type Settlement,
} from "./messages.ts";
import { readRecord, writeRecord } from "./stored-record.ts";

/** Storage as the table sees it: synchronous, one text per key. */
export interface CounterStore {
  readonly read: (key: string) => string | undefined;
  readonly write: (key: string, text: string, expiresAtMs: number) => void;
  /** Counters that start afresh: what was stored could not be read, or the policy's algorithm has changed. */
  readonly onForgotten: (
    key: string,
    policies: readonly string[],
    reason: "damaged" | "algorithm-changed",
  ) => void;
}

/** How long units stay aside for a decision that several objects take together. */
export const HOLD_MS = 5_000;
/** Decisions that a table remembers: repeated messages change nothing. */
const DECISIONS_MAX = 2_000;

interface Hold {
  readonly units: ReadonlyMap<string, number>;
  /** When a queue lets the request go on, by policy: those behind it were told to go on after it. */
  readonly placesMs: ReadonlyMap<string, number>;
  readonly expiresAtMs: number;
}

/** All that is known of one key. */
interface Entry {
  counters: KeyCounters;
  readonly holds: Map<string, Hold>;
}

/** A decision that consumed, and what each policy's share came to since, by key and policy. */
interface Taken {
  readonly request: CounterRequest;
  readonly reply: CounterReply;
  readonly actual: ReadonlyMap<string, number>;
}

/** Denials to count where their policies ban. */
interface Denials {
  readonly policies: ReadonlySet<string>;
  readonly count: number;
  /** How long ago they were. */
  readonly agoMs: number;
}

export class CounterTable {
  readonly #store: CounterStore;
  readonly #entries: LruMap<string, Entry>;
  readonly #taken = new LruMap<string, Taken>(DECISIONS_MAX);

  constructor(store: CounterStore, keysMax: number) {
    this.#store = store;
    this.#entries = new LruMap(keysMax);
  }

  handle(request: CounterRequest, nowMs: number): CounterReply {
    if (request.phase === "release") return this.#release(request, nowMs);
    const before = this.#taken.get(request.id);
    if (before !== undefined) return before.reply;
    // Its own hold must not count against it: not when it commits, nor when the message came twice.
    const placesMs = this.#dropHolds(request, nowMs);
    this.#countRefused(request, nowMs);
    const decision = this.#decide(request, nowMs);
    const verdicts = decision.verdicts.map((verdict) => keepPlace(verdict, placesMs, nowMs));
    const reply = { version: MESSAGE_VERSION, verdicts, takenAtMs: nowMs } as const;
    if (!decision.isAllowed) {
      this.#countDenials(request, { policies: toPolicies(reply, "denied"), count: 1, agoMs: 0 }, nowMs);
    } else if (request.phase === "hold") {
      this.#hold(request, reply);
    } else {
      this.#change(request.keys, (counters, { key, checks }) => {
        const changed = findChangedAlgorithms(counters, checks);
        if (changed.length > 0) this.#store.onForgotten(key, changed, "algorithm-changed");
        return consumeChecks(counters, checks, nowMs);
      });
      this.#taken.set(request.id, { request, reply, actual: new Map() });
    }
    return reply;
  }

  /**
   * Corrects what a decision consumed. A decision that this table does not remember (it was reset since) is corrected by
   * what the message says was taken.
   */
  settle(settlement: Settlement, nowMs: number): void {
    const { id, takenAtMs } = settlement;
    const known = this.#taken.get(id) ?? toForgotten(settlement);
    const said = new Map(known.actual);
    this.#change(settlement.keys, (counters, { key, checks }) => {
      const owed = checks.map(({ policy, algorithm, settings, taken, actual }) => {
        const place = `${policy}\n${key}`;
        const units = actual - (said.get(place) ?? taken);
        said.set(place, actual);
        return { policy, algorithm, settings, units };
      });
      return settleChecks(counters, owed, { nowMs, takenAtMs });
    });
    this.#taken.set(id, { ...known, actual: said });
  }

  /** Decides against what is used, what is held and who is banned. */
  #decide(request: CounterRequest, nowMs: number): Decision {
    const checks: CounterCheck[] = [];
    for (const { key, checks: asked } of request.keys) {
      const entry = this.#entry(key);
      for (const check of asked) {
        const counter = entry.counters.live.get(check.policy)?.counter;
        const banMs = check.ban === undefined ? 0 : toBanMs(entry.counters.bans.get(check.policy), nowMs);
        checks.push({ check, counter, held: toHeldUnits(entry, check.policy, nowMs), banMs });
      }
    }
    return decideChecks(checks, nowMs);
  }

  #hold({ id, keys }: CounterRequest, { verdicts, takenAtMs }: CounterReply): void {
    const placesMs = new Map(
      verdicts.flatMap(({ policy, delayMs }) =>
        delayMs === undefined ? [] : [[policy, takenAtMs + delayMs] as const],
      ),
    );
    for (const { key, checks } of keys) {
      const units = new Map(checks.map((check) => [check.policy, check.isShadow === true ? 0 : check.cost]));
      this.#entry(key).holds.set(id, { units, placesMs, expiresAtMs: takenAtMs + HOLD_MS });
    }
  }

  /** Answers the places that the request held in queues. */
  #dropHolds({ id, keys }: CounterRequest, nowMs: number): Hold["placesMs"] {
    let placesMs: Hold["placesMs"] = new Map();
    for (const { key } of keys) {
      const { holds } = this.#entry(key);
      const hold = holds.get(id);
      if (hold !== undefined && hold.expiresAtMs > nowMs) ({ placesMs } = hold);
      holds.delete(id);
    }
    return placesMs;
  }

  /** Gives back what a decision holds or consumed. */
  #release(request: CounterRequest, nowMs: number): CounterReply {
    this.#dropHolds(request, nowMs);
    const taken = this.#taken.get(request.id);
    if (taken !== undefined) {
      const { id, keys } = taken.request;
      // A shadow policy that denied has consumed nothing.
      const consumed = toPolicies(taken.reply, "allowed");
      const undone = keys.map(({ key, checks }) => ({
        key,
        checks: checks.flatMap(({ policy, algorithm, settings, cost }) =>
          consumed.has(policy) ? [{ policy, algorithm, settings, taken: cost, actual: 0 }] : [],
        ),
      }));
      this.settle({ version: MESSAGE_VERSION, id, takenAtMs: taken.reply.takenAtMs, keys: undone }, nowMs);
    }
    return { version: MESSAGE_VERSION, verdicts: [], takenAtMs: nowMs };
  }

  /** What the isolate refused by itself counts first: it may ban the very request that tells of it. */
  #countRefused(request: CounterRequest, nowMs: number): void {
    if (request.refusedBefore === undefined) return;
    const { policies, ...denials } = request.refusedBefore;
    this.#countDenials(request, { ...denials, policies: new Set(policies) }, nowMs);
  }

  #countDenials(request: CounterRequest, { policies, count, agoMs }: Denials, nowMs: number): void {
    const isBanning = ({ policy, ban, isShadow }: Check): boolean =>
      ban !== undefined && isShadow !== true && policies.has(policy);
    if (!request.keys.some(({ checks }) => checks.some(isBanning))) return;
    this.#change(request.keys, (counters, { checks }) => {
      const bans = new Map(counters.bans);
      let isNew = false;
      for (const { policy, ban } of checks.filter(isBanning)) {
        if (ban === undefined) continue;
        const before = counters.bans.get(policy);
        const after = countDenials(ban, before, { nowMs: nowMs - agoMs, denials: count });
        bans.set(policy, { ...after, settings: ban });
        // Only a new ban is worth a row: denials below it are memory.
        isNew ||= toBanMs(after, nowMs) > 0 && toBanMs(before, nowMs) === 0;
      }
      return { counters: { ...counters, bans }, mustWrite: isNew };
    });
  }

  /**
   * Changes keys together. Rows come first and memory last: a write that throws leaves every counter as it was (a row
   * may be ahead of its counter, which only under-admits).
   */
  #change<Asked extends { readonly key: string }>(
    keys: readonly Asked[],
    change: (
      counters: KeyCounters,
      asked: Asked,
    ) => { readonly counters: KeyCounters; readonly mustWrite: boolean },
  ): void {
    const changed: { readonly entry: Entry; readonly counters: KeyCounters }[] = [];
    for (const asked of keys) {
      const entry = this.#entry(asked.key);
      const { counters, mustWrite } = change(entry.counters, asked);
      if (mustWrite) {
        const { text, expiresAtMs } = writeRecord(counters);
        this.#store.write(asked.key, text, expiresAtMs);
      }
      changed.push({ entry, counters });
    }
    for (const { entry, counters } of changed) entry.counters = counters;
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const { counters, damaged } = readRecord(this.#store.read(key));
    if (damaged.length > 0) this.#store.onForgotten(key, damaged, "damaged");
    const entry: Entry = { counters, holds: new Map() };
    this.#entries.set(key, entry);
    return entry;
  }
}

/** Units of a policy that decisions in flight hold. Holds that expired are forgotten. */
function toHeldUnits({ holds }: Entry, policy: string, nowMs: number): number {
  let held = 0;
  for (const [id, hold] of holds) {
    if (hold.expiresAtMs <= nowMs) holds.delete(id);
    else held += hold.units.get(policy) ?? 0;
  }
  return held;
}

/** An allowed request goes on at the place that it held: others have come behind it since. */
function keepPlace(verdict: CheckVerdict, placesMs: Hold["placesMs"], nowMs: number): CheckVerdict {
  const placeMs = placesMs.get(verdict.policy);
  if (placeMs === undefined || verdict.delayMs === undefined) return verdict;
  return { ...verdict, delayMs: Math.max(0, placeMs - nowMs) };
}

function toPolicies({ verdicts }: CounterReply, outcome: Outcome): ReadonlySet<string> {
  return new Set(verdicts.filter((verdict) => verdict.outcome === outcome).map(({ policy }) => policy));
}

/** Stands for a decision that was forgotten, so that its settlement changes nothing when it comes again. */
function toForgotten({ id, takenAtMs }: Settlement): Taken {
  const request: CounterRequest = { version: MESSAGE_VERSION, phase: "take", id, keys: [] };
  return { request, reply: { version: MESSAGE_VERSION, verdicts: [], takenAtMs }, actual: new Map() };
}

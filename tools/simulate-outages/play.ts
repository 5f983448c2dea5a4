// Plays one scenario with the code that ships: a counter table, and in each isolate a circuit breaker and fallback counters.
// What they let through is held against a log that knows nothing of them. The same chance for the same seed.

import { algorithms } from "../../src/core/algorithms/registry.ts";
import { Askers } from "../../src/core/counters/askers.ts";
import {
  CLOSED,
  type CounterBreaker,
  mayAsk,
  recordFailure,
  recordSuccess,
  startAsking,
} from "../../src/core/counters/counter-breaker.ts";
import {
  type CounterReply,
  type CounterRequest,
  MESSAGE_VERSION,
} from "../../src/core/counters/counter-messages.ts";
import { toUndone } from "../../src/core/counters/counter-reply.ts";
import { CounterTable } from "../../src/core/counters/counter-table.ts";
import { createShares, FallbackCounters } from "../../src/core/counters/fallback-counters.ts";
import { findStrange, inherit, TOLD_MS, toTold } from "../../src/core/counters/neighbour-shares.ts";
import { EventQueue } from "../simulate-leases/event-queue.ts";
import { type Spending, toOverAdmission } from "../simulate-leases/exact-log.ts";
import { createRandom, toGapMs } from "../simulate-leases/random.ts";
import { AWAY_FROM_MS, type Scenario } from "./scenarios.ts";

const OBJECT = "o";
const LIMIT = 600;
const WINDOW_MS = 60_000;
const LOAD = 3;
const TIMEOUT_MS = 500;
const SECONDS = 180;
const START_MS = 1_700_000_040_000;
/** How long a late answer is waited for. */
const LATE_MS_MAX = 5_000;
const WHOLE = new Set(["p"]);
const SHARED = new Set<string>();

export interface Outcome {
  readonly requests: number;
  /** By how much of its limit the policy was passed, in the worst interval or window. */
  readonly over: number;
  /** What was let through, of all that the policy admits in that time. */
  readonly utilisation: number;
}

/** `isWhole`: each isolate decides alone by the whole limit ("local-full"). */
export function play(
  { weather, algorithm, isolates }: Scenario,
  { seed, isWhole }: { readonly seed: number; readonly isWhole: boolean },
): Outcome {
  const random = createRandom(seed);
  const events = new EventQueue();
  const spendings: Spending[] = [];
  const settings = toSettings(algorithm);
  const table = new CounterTable(
    { read: () => undefined, write: () => undefined, onForgotten: () => undefined },
    10,
  );
  const world: World = {
    events,
    table,
    askers: new Askers(1),
    toDelayMs: (atMs) => weather.toDelayMs(atMs - START_MS, random),
    whole: isWhole ? WHOLE : SHARED,
    onAllowed: (atMs) => spendings.push({ atMs: Math.floor(atMs), units: 1 }),
  };
  let names = 0;
  const { dataCentres = 1, deathShare = 0, birthShare = 0 } = weather;
  const places = Array.from({ length: dataCentres }, () => new Map<string, Kept>());
  const open = (_one: unknown, index: number): Isolate =>
    new Isolate({ name: `isolate ${(names += 1)}`, told: places[index % dataCentres] }, world);
  const all = Array.from({ length: isolates }, open);
  let requests = 0;
  const endMs = START_MS + SECONDS * 1_000;
  for (let atMs = START_MS; atMs < endMs; atMs += toGapMs(random, (LOAD * LIMIT) / WINDOW_MS)) {
    const sentMs = atMs;
    const index = Math.floor(random() * all.length);
    const dies = random() < deathShare;
    if (birthShare > 0 && atMs - START_MS > AWAY_FROM_MS && random() < birthShare)
      all.push(open(undefined, all.length));
    requests += 1;
    const id = String(requests);
    const check = { policy: "p", algorithm, settings, cost: 1 };
    events.add(sentMs, () => {
      if (dies) all[index] = open(undefined, index);
      all[index]?.request(
        { version: MESSAGE_VERSION, phase: "take", id, keys: [{ key: "k", checks: [check] }] },
        sentMs,
      );
    });
  }
  for (let event = events.take(); event !== undefined; event = events.take()) event.run();
  const bound = { algorithm, limit: LIMIT, windowMs: WINDOW_MS, burst: LIMIT };
  const possible = LIMIT * ((SECONDS * 1_000) / WINDOW_MS + (algorithm === "token-bucket" ? 1 : 0));
  const over = Math.max(0, toOverAdmission(spendings, bound)) / LIMIT;
  return { requests, over, utilisation: spendings.length / possible };
}

function toSettings(algorithm: Scenario["algorithm"]): unknown {
  const parsed = algorithms[algorithm].parseConfig({ limit: LIMIT, window: `${WINDOW_MS / 1_000}s` });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

interface World {
  readonly events: EventQueue;
  readonly table: CounterTable;
  readonly askers: Askers;
  readonly toDelayMs: (atMs: number) => number;
  readonly whole: ReadonlySet<string>;
  readonly onAllowed: (atMs: number) => void;
}

interface Place {
  readonly name: string;
  /** What its data centre's cache keeps; undefined: nothing. */
  readonly told: Map<string, Kept> | undefined;
}

interface Kept {
  readonly text: string;
  readonly atMs: number;
}

/** What gateway/limits/counter-client.ts does with one request, without I/O. */
class Isolate {
  readonly #name: string;
  readonly #world: World;
  readonly #told: Map<string, Kept>;
  readonly #shares = createShares();
  readonly #fallback = new FallbackCounters(this.#shares);
  #breaker: CounterBreaker = CLOSED;

  constructor({ name, told = new Map() }: Place, world: World) {
    this.#name = name;
    this.#told = told;
    this.#world = world;
  }

  request(asked: CounterRequest, sentMs: number): void {
    const { events, table, askers, toDelayMs, onAllowed } = this.#world;
    const request = { ...asked, asker: this.#name };
    if (!mayAsk(this.#breaker, sentMs)) {
      this.#decideWithout(request, sentMs, false);
      return;
    }
    const breaker = startAsking(this.#breaker, sentMs);
    this.#breaker = breaker;
    this.#fallback.ask(OBJECT, request.keys);
    const delayMs = toDelayMs(sentMs);
    const isLate = delayMs > TIMEOUT_MS;
    let reply: CounterReply | undefined;
    let wasAllowed = false;
    if (delayMs < Infinity) {
      events.add(sentMs + delayMs / 2, () => {
        const handledMs = Math.floor(sentMs + delayMs / 2);
        reply = { ...table.handle(request, handledMs), askers: askers.note(request, handledMs) };
        if (!isLate && isAllowed(reply)) onAllowed(sentMs + delayMs / 2);
      });
    }
    if (isLate) {
      events.add(sentMs + TIMEOUT_MS, () => {
        this.#breaker = recordFailure(this.#breaker, { nowMs: sentMs + TIMEOUT_MS, isOverloaded: false });
        this.#fallback.endAsking(OBJECT, request.keys);
        wasAllowed = this.#decideWithout(request, sentMs + TIMEOUT_MS, true);
      });
    }
    events.add(sentMs + Math.min(delayMs, TIMEOUT_MS + LATE_MS_MAX), () => {
      if (isLate) this.#reconcile(request, reply, wasAllowed);
      else this.#fallback.endAsking(OBJECT, request.keys);
      if (reply === undefined) return;
      if (!isLate) this.#breaker = recordSuccess(this.#breaker, breaker);
      this.#fallback.hear(OBJECT, request.keys, { reply, nowMs: sentMs + delayMs });
      this.#payDebts(sentMs + delayMs, reply.takenAtMs);
    });
  }

  #decideWithout(request: CounterRequest, nowMs: number, isDoubtful: boolean): boolean {
    const { onAllowed, whole } = this.#world;
    const atMs = Math.floor(nowMs);
    this.#askNeighbours(request, atMs);
    const reply = this.#fallback.decide(request, { object: OBJECT, wholePolicies: whole }, atMs);
    this.#tellNeighbours(request, reply, atMs);
    if (!isAllowed(reply)) return false;
    onAllowed(nowMs);
    if (whole.size === 0) this.#fallback.owe(OBJECT, request.keys, isDoubtful);
    return true;
  }

  /** What gateway/limits/neighbours.ts does, in no time. */
  #askNeighbours({ keys }: CounterRequest, nowMs: number): void {
    for (const name of findStrange(this.#shares, { keys, nowMs })) {
      const kept = this.#told.get(name);
      if (kept !== undefined && nowMs - kept.atMs < TOLD_MS)
        inherit(this.#shares, { name, text: kept.text }, nowMs);
    }
  }

  #tellNeighbours({ keys }: CounterRequest, { verdicts }: CounterReply, nowMs: number): void {
    for (const { name, text } of toTold(this.#shares, { keys, verdicts, nowMs }))
      this.#told.set(name, { text, atMs: nowMs });
  }

  #reconcile({ id, keys }: CounterRequest, reply: CounterReply | undefined, wasAllowed: boolean): void {
    const isTaken = reply !== undefined && isAllowed(reply);
    if (wasAllowed && this.#world.whole.size === 0) this.#fallback.clear(OBJECT, keys, isTaken);
    if (wasAllowed || !isTaken) return;
    const { takenAtMs } = reply;
    const undone = { version: MESSAGE_VERSION, id, takenAtMs, keys: toUndone(keys, ["p"]) } as const;
    this.#world.table.settle(undone, takenAtMs);
  }

  #payDebts(nowMs: number, takenAtMs: number): void {
    const { events, table, toDelayMs } = this.#world;
    const keys = this.#fallback.takeDebts(OBJECT);
    if (keys.length === 0) return;
    const delayMs = toDelayMs(nowMs);
    if (delayMs === Infinity) {
      this.#fallback.endDebts(OBJECT, keys, false);
      return;
    }
    events.add(nowMs + delayMs / 2, () => {
      const id = `debts of ${this.#name} at ${nowMs}`;
      table.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys }, Math.floor(nowMs + delayMs / 2));
    });
    events.add(nowMs + delayMs, () => {
      this.#fallback.endDebts(OBJECT, keys, true);
    });
  }
}

function isAllowed({ verdicts }: CounterReply): boolean {
  return verdicts.every(({ outcome }) => outcome === "allowed");
}

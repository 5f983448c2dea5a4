// The counters of a counter object, or an isolate's own while its counter object does not answer. Each message is answered
// in one turn, with no await in between; storage is an argument.

import { toExpiries } from "../leases/counter-leases.ts";
import { LruMap } from "../lru-map.ts";
import { banChecks, type Denials, isBanning, toCheckBanMs, toLateDenials } from "./ban-checks.ts";
import { type CounterCheck, decideChecks, type Decision } from "./decide-checks.ts";
import { addDecision } from "./decision-ring.ts";
import {
  addPlaces,
  isPassed,
  noteReset,
  type Reservation,
  RESERVED_MS,
  keepPlace,
  toReservedUnits,
  toPlaces,
  toProvisionalUnits,
} from "./reservations.ts";
import type { CounterClock } from "./counter-clock.ts";
import { addCrossings } from "./crossing.ts";
import { type CounterStore, KeyEntries } from "./key-entries.ts";
import { hasReports, toCommitted, toPeek, toPolicies, toUndone } from "./counter-reply.ts";
import { addChecks, consumeChecks, findChangedAlgorithms, forgetPolicies } from "./key-counters.ts";
import { answerReport, readReports } from "./grant-leases.ts";
import { renewChecks } from "./renew-checks.ts";
import {
  type Check,
  type Committed,
  type CounterReply,
  type CounterRequest,
  type CounterReset,
  MESSAGE_VERSION,
  type SettledCheck,
  type Settlement,
} from "./counter-messages.ts";
import { findCounter } from "./plans.ts";
import { settleDecision } from "./settle-decision.ts";

/** Decisions that a table remembers: repeated messages change nothing. */
const DECISIONS_MAX = 2_000;

/** A decision that consumed, with what each policy's share was settled to since, by key and policy. */
interface RememberedDecision {
  readonly request: CounterRequest;
  readonly reply: CounterReply;
  readonly actual: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export class CounterTable {
  readonly #store: CounterStore;
  readonly #keys: KeyEntries;
  readonly #taken = new LruMap<string, RememberedDecision>(DECISIONS_MAX);

  /** Writes what came back of estimates since, where nothing else has. */
  readonly storeReturned = (): void => this.#keys.storeReturned();

  constructor(store: CounterStore, keysMax: number, clock?: Pick<CounterClock, "toBackMs">) {
    this.#store = store;
    this.#keys = new KeyEntries(store, keysMax, clock);
  }

  handle(request: CounterRequest, nowMs: number): CounterReply {
    this.#confirm(request.confirmed ?? []);
    if (request.phase === "release") return this.#cancel(request, nowMs);
    if (request.phase === "renew") return this.#renew(request, nowMs);
    this.#readReports(request.keys, nowMs);
    if (request.phase === "peek")
      return { version: MESSAGE_VERSION, verdicts: this.#decide(request, nowMs).verdicts, takenAtMs: nowMs };
    const before = this.#taken.get(request.id)?.reply ?? this.#findCommit(request, nowMs);
    if (before !== undefined) return before;
    // Its own reservation must not count against it: not when it commits, nor when the message came twice.
    const placesMs = this.#dropReservations(request, nowMs);
    this.#countRefused(request, nowMs);
    const decision = this.#decide(request, nowMs);
    const verdicts = decision.verdicts.map((verdict) => keepPlace(verdict, placesMs, nowMs));
    const reply = { version: MESSAGE_VERSION, verdicts, takenAtMs: nowMs } as const;
    if (!decision.isAllowed) {
      this.#countDenials(request, { policies: toPolicies(reply, "denied"), count: 1, agoMs: 0 }, nowMs);
      return request.phase === "take" ? this.#grantLeases(request, reply) : reply;
    }
    if (request.phase !== "hold") return this.#consume(request, reply);
    this.#reserve(request, reply);
    return reply;
  }

  #consume(request: CounterRequest, reply: CounterReply): CounterReply {
    const { id, keys, phase } = request;
    for (const { key } of keys) addPlaces(this.#keys.read(key), toPlaces(reply));
    const { takenAtMs } = reply;
    const allowed = toPolicies(reply, "allowed");
    const isCommit = phase === "commit" && keys.some(({ checks }) => checks.some(({ cost }) => cost > 0));
    const toUnits = (checks: readonly Check[]): ReadonlyMap<string, number> =>
      new Map(checks.map(({ policy, cost }) => [policy, allowed.has(policy) ? cost : 0]));
    this.#keys.change(keys, (counters, { key, checks }) => {
      const changed = findChangedAlgorithms(counters, checks);
      if (changed.length > 0) this.#store.onForgotten(key, changed, "algorithm-changed");
      const consumed = consumeChecks(counters, checks, takenAtMs, this.#keys.toBounds(key, takenAtMs));
      if (!isCommit) return consumed;
      const decision = { takenAtMs, isSettled: false, units: toUnits(checks) };
      const decisions = addDecision(counters.decisions, id, decision);
      return { ...consumed, counters: { ...consumed.counters, decisions } };
    });
    if (isCommit) {
      for (const { key, checks } of keys)
        this.#keys.read(key).provisional.set(id, { units: toUnits(checks), takenAtMs });
    }
    const answered = addCrossings(this.#answerReports(request, reply), { keys, memory: this.#keys });
    const isRenewal = keys.every(({ checks }) =>
      checks.every(({ cost, lease }) => cost === 0 && lease !== undefined),
    );
    // A report that comes twice changes nothing.
    if (!isRenewal) this.#taken.set(id, { request, reply: answered, actual: new Map() });
    return answered;
  }

  /** Grants what the reports of a denied request want; the request consumes nothing. */
  #grantLeases(request: CounterRequest, reply: CounterReply): CounterReply {
    const { takenAtMs } = reply;
    if (!hasReports(request)) return reply;
    // What is never admitted is no demand, and must not tie up what others could have.
    const impossible = toPolicies(reply, "impossible");
    this.#keys.change(request.keys, (counters, { key, checks }) => {
      const peeks = checks.map((check) => ({
        ...toPeek(check),
        lease: impossible.has(check.policy) ? undefined : check.lease,
      }));
      return consumeChecks(counters, peeks, takenAtMs, this.#keys.toBounds(key, takenAtMs));
    });
    return this.#answerReports(request, reply);
  }

  /** Adds the answers to its reports to the verdicts, which are in the order of the checks. */
  #answerReports(request: CounterRequest, reply: CounterReply): CounterReply {
    if (!hasReports(request)) return reply;
    const { keys } = request;
    const { takenAtMs: nowMs } = reply;
    const grants = keys.flatMap(({ key, checks }) => {
      const { counters } = this.#keys.read(key);
      const { toReserved } = this.#keys.toBounds(key, nowMs);
      return checks.map((check) => answerReport(counters, { check, reserved: toReserved(check), nowMs }));
    });
    const verdicts = reply.verdicts.map((verdict, index) => {
      const lease = grants[index];
      return lease === undefined ? verdict : { ...verdict, lease };
    });
    return { version: reply.version, verdicts, takenAtMs: nowMs };
  }

  #readReports(
    keys: readonly { readonly key: string; readonly checks: readonly (Check | SettledCheck)[] }[],
    nowMs: number,
  ): void {
    this.#keys.change(keys, (counters, { checks }) => {
      return { counters: readReports(counters, checks, nowMs), mustWrite: false, used: [] };
    });
  }

  /** The reply to a commit that comes again after a reset: the table forgot it, but its row has it among the decisions. */
  #findCommit({ id, keys, phase }: CounterRequest, nowMs: number): CounterReply | undefined {
    if (phase !== "commit" || keys.length === 0) return undefined;
    if (!keys.every(({ key }) => this.#keys.read(key).counters.decisions?.recent.has(id))) return undefined;
    const peeks = keys.map(({ key, checks }) => ({ key, checks: checks.map((check) => toPeek(check)) }));
    const { verdicts } = this.#decide({ version: MESSAGE_VERSION, phase, id, keys: peeks }, nowMs);
    const takenAtMs = this.#findRecent(keys, id)?.takenAtMs ?? nowMs;
    return { version: MESSAGE_VERSION, verdicts, takenAtMs };
  }

  #findRecent(keys: CounterRequest["keys"], id: string): Committed | undefined {
    const recent = keys.flatMap(({ key }) => this.#keys.read(key).counters.decisions?.recent.get(id) ?? []);
    const [first] = recent;
    if (first === undefined) return undefined;
    return { takenAtMs: first.takenAtMs, policies: recent.flatMap(({ units }) => Array.from(units.keys())) };
  }

  #confirm(ids: readonly string[]): void {
    for (const id of ids) {
      for (const { key } of this.#taken.get(id)?.request.keys ?? [])
        this.#keys.find(key)?.provisional.delete(id);
    }
  }

  /**
   * Corrects what a decision consumed. A decision that this table does not remember (it was reset since) is corrected by
   * its row, or else by what the message has as taken: unless it may have been settled before.
   */
  settle(settlement: Settlement, nowMs: number): void {
    const { id, takenAtMs } = settlement;
    const known = this.#taken.get(id);
    const actual = new Map(known?.actual);
    this.#readReports(settlement.keys, nowMs);
    this.#keys.change(settlement.keys, (counters, { key, checks }) => {
      this.#keys.read(key).provisional.delete(id);
      const remembered =
        known === undefined ? undefined : (known.actual.get(key) ?? new Map<string, number>());
      const settled = settleDecision(counters, checks, { id, takenAtMs, nowMs, remembered });
      actual.set(key, settled.units);
      return settled;
    });
    if (known !== undefined) this.#taken.set(id, { ...known, actual });
  }

  #renew({ id, keys, committed }: CounterRequest, nowMs: number): CounterReply {
    const settled = this.#taken.get(id)?.actual;
    if (committed !== undefined)
      this.#keys.change(keys, (counters, { key, checks }) =>
        renewChecks(counters, checks, { nowMs, committed, settled: settled?.get(key) }),
      );
    return { version: MESSAGE_VERSION, verdicts: [], takenAtMs: nowMs };
  }

  reset({ key, policies }: CounterReset, nowMs = -Infinity): void {
    this.#keys.change([{ key }], (counters) => forgetPolicies(counters, policies));
    noteReset(this.#keys.read(key), policies, nowMs);
  }

  /** Decides against what is used, reserved, granted and banned. */
  #decide(request: CounterRequest, nowMs: number): Decision {
    const checks: CounterCheck[] = [];
    for (const { key, checks: asked } of request.keys) {
      const entry = this.#keys.read(key);
      for (const check of asked) {
        const { counter, leases } = findCounter(entry.counters.live, check, nowMs) ?? {};
        const banMs = toCheckBanMs(entry.counters, check, nowMs);
        const reserved = toReservedUnits(entry, check, nowMs);
        const provisional = toProvisionalUnits(entry, check.policy, nowMs);
        checks.push({ check, counter, reserved, provisional, banMs, leases: leases && toExpiries(leases) });
      }
    }
    return decideChecks(checks, nowMs);
  }

  #reserve({ id, keys }: CounterRequest, reply: CounterReply): void {
    const { takenAtMs } = reply;
    const placesMs = toPlaces(reply);
    for (const { key, checks } of keys) {
      const units = new Map(checks.map((check) => [check.policy, check.isShadow === true ? 0 : check.cost]));
      const entry = this.#keys.read(key);
      addPlaces(entry, placesMs);
      entry.reservations.set(id, { units, placesMs, expiresAtMs: takenAtMs + RESERVED_MS });
    }
  }

  /** Drops the request's reservation. Returns the places that it had in queues. */
  #dropReservations({ id, keys }: CounterRequest, nowMs: number): Reservation["placesMs"] {
    let placesMs: Reservation["placesMs"] = new Map();
    for (const { key } of keys) {
      const { reservations } = this.#keys.read(key);
      const reservation = reservations.get(id);
      if (reservation !== undefined && reservation.expiresAtMs > nowMs) ({ placesMs } = reservation);
      reservations.delete(id);
    }
    return placesMs;
  }

  /** Leaves a place in a queue taken when others are behind it: they have their delays, and the next request goes later. */
  #leavePlaces({ keys }: CounterRequest, placesMs: Reservation["placesMs"], nowMs: number): void {
    if (placesMs.size === 0) return;
    this.#keys.change(keys, (counters, { key, checks }) => {
      const left = checks.filter(({ policy }) => isPassed(this.#keys.read(key), policy, placesMs));
      return addChecks(counters, left, nowMs);
    });
  }

  /** Gives back what a decision has reserved or consumed. */
  #cancel(request: CounterRequest, nowMs: number): CounterReply {
    this.#leavePlaces(request, this.#dropReservations(request, nowMs), nowMs);
    const { id } = request;
    const taken = this.#taken.get(id);
    const reply: CounterReply = { version: MESSAGE_VERSION, verdicts: [], takenAtMs: nowMs };
    const { keys } = taken?.request ?? request;
    const committed =
      taken === undefined ? (request.committed ?? this.#findRecent(keys, id)) : toCommitted(taken.reply);
    if (committed === undefined) {
      // Its commit may be late: it must not consume any more.
      this.#taken.set(id, { request, reply, actual: new Map() });
      return reply;
    }
    const { takenAtMs, policies } = committed;
    this.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: toUndone(keys, policies) }, nowMs);
    return reply;
  }

  /** Counts first what the isolate denied by itself: it may ban the very request that reports it. */
  #countRefused(request: CounterRequest, nowMs: number): void {
    if (request.refusedBefore === undefined) return;
    const memories = request.keys.map(({ key }) => this.#keys.read(key));
    this.#countDenials(request, toLateDenials(request.refusedBefore, memories, nowMs), nowMs);
  }

  #countDenials(request: CounterRequest, denials: Denials, nowMs: number): void {
    if (!request.keys.some(({ checks }) => checks.some((check) => isBanning(check, denials)))) return;
    this.#keys.change(request.keys, (counters, { checks }) =>
      banChecks(counters, checks, { denials, nowMs }),
    );
  }
}

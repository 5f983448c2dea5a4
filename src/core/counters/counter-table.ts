// The counters of one place: a counter object's, or an isolate's own while its counter object does not answer. Answers
// one message in one turn, with no await in between, and reads and writes through what it is handed.

import { toExpiries } from "../leases/counter-leases.ts";
import { LruMap } from "../lru-map.ts";
import { banChecks, type Denials, isBanning, toCheckBanMs } from "./ban-checks.ts";
import { type CounterCheck, decideChecks, type Decision } from "./decide-checks.ts";
import { addDecision } from "./decision-ring.ts";
import {
  addPlaces,
  type Hold,
  HOLD_MS,
  keepPlace,
  toHeldUnits,
  toPlaces,
  toProvisionalUnits,
} from "./reservations.ts";
import { type CounterStore, KeyEntries } from "./key-entries.ts";
import { toCommitted, toPeek, toPolicies } from "./counter-reply.ts";
import { consumeChecks, findChangedAlgorithms, forgetPolicies, settleChecks } from "./key-counters.ts";
import { answerReport, readReports } from "./grant-leases.ts";
import {
  type Check,
  type CheckVerdict,
  type Committed,
  type CounterReply,
  type CounterRequest,
  type CounterReset,
  MESSAGE_VERSION,
  type SettledCheck,
  type Settlement,
} from "./counter-messages.ts";
import { settleDecision } from "./settle-decision.ts";

/** Decisions that a table remembers: repeated messages change nothing. */
const DECISIONS_MAX = 2_000;

/** A decision that consumed, and what each policy's share came to since, by key and policy. */
interface Taken {
  readonly request: CounterRequest;
  readonly reply: CounterReply;
  readonly actual: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

export class CounterTable {
  readonly #store: CounterStore;
  readonly #keys: KeyEntries;
  readonly #taken = new LruMap<string, Taken>(DECISIONS_MAX);

  constructor(store: CounterStore, keysMax: number) {
    this.#store = store;
    this.#keys = new KeyEntries(store, keysMax);
  }

  handle(request: CounterRequest, nowMs: number): CounterReply {
    this.#confirm(request.confirmed ?? []);
    if (request.phase === "release") return this.#release(request, nowMs);
    this.#readReports(request.keys, nowMs);
    if (request.phase === "peek")
      return { version: MESSAGE_VERSION, verdicts: this.#decide(request, nowMs).verdicts, takenAtMs: nowMs };
    const before = this.#taken.get(request.id)?.reply ?? this.#findCommit(request, nowMs);
    if (before !== undefined) return before;
    // Its own hold must not count against it: not when it commits, nor when the message came twice.
    const placesMs = this.#dropHolds(request, nowMs);
    this.#countRefused(request, nowMs);
    const decision = this.#decide(request, nowMs);
    const verdicts = decision.verdicts.map((verdict) => keepPlace(verdict, placesMs, nowMs));
    const reply = { version: MESSAGE_VERSION, verdicts, takenAtMs: nowMs } as const;
    if (!decision.isAllowed) {
      this.#countDenials(request, { policies: toPolicies(reply, "denied"), count: 1, agoMs: 0 }, nowMs);
      return request.phase === "take" ? this.#grantLeases(request, reply) : reply;
    }
    if (request.phase !== "hold") return this.#consume(request, reply);
    this.#hold(request, reply);
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
      const consumed = consumeChecks(counters, checks, takenAtMs, this.#toHeld(key, takenAtMs));
      if (!isCommit) return consumed;
      const decision = { takenAtMs, isSettled: false, units: toUnits(checks) };
      const decisions = addDecision(counters.decisions, id, decision);
      return { ...consumed, counters: { ...consumed.counters, decisions } };
    });
    if (isCommit) {
      for (const { key, checks } of keys)
        this.#keys.read(key).provisional.set(id, { units: toUnits(checks), takenAtMs });
    }
    const answered = this.#answerReports(request, reply);
    const isRenewal = keys.every(({ checks }) =>
      checks.every(({ cost, lease }) => cost === 0 && lease !== undefined),
    );
    // A report that comes again says nothing new.
    if (!isRenewal) this.#taken.set(id, { request, reply: answered, actual: new Map() });
    return answered;
  }

  /** Grants what the reports of a denied request want; the request consumes nothing. */
  #grantLeases(request: CounterRequest, reply: CounterReply): CounterReply {
    const { takenAtMs } = reply;
    if (!request.keys.some(({ checks }) => checks.some(({ lease }) => lease !== undefined))) return reply;
    // What is never admitted is no demand, and must not tie up what others could have.
    const impossible = toPolicies(reply, "impossible");
    this.#keys.change(request.keys, (counters, { key, checks }) => {
      const peeks = checks.map((check) => ({
        ...toPeek(check),
        lease: impossible.has(check.policy) ? undefined : check.lease,
      }));
      return consumeChecks(counters, peeks, takenAtMs, this.#toHeld(key, takenAtMs));
    });
    return this.#answerReports(request, reply);
  }

  /** Adds the answers to its reports to the verdicts, which are in the order of the checks. */
  #answerReports({ keys }: CounterRequest, reply: CounterReply): CounterReply {
    const { takenAtMs: nowMs } = reply;
    const grants = keys.flatMap(({ key, checks }) => {
      const { counters } = this.#keys.read(key);
      const toHeld = this.#toHeld(key, nowMs);
      return checks.map((check) => answerReport(counters, { check, held: toHeld(check.policy), nowMs }));
    });
    const verdicts = reply.verdicts.map((verdict, index): CheckVerdict => {
      const lease = grants[index];
      return lease === undefined ? verdict : { ...verdict, lease };
    });
    return { ...reply, verdicts };
  }

  #toHeld(key: string, nowMs: number): (policy: string) => number {
    const entry = this.#keys.read(key);
    return (policy) => toHeldUnits(entry, policy, nowMs);
  }

  #readReports(
    keys: readonly { readonly key: string; readonly checks: readonly (Check | SettledCheck)[] }[],
    nowMs: number,
  ): void {
    this.#keys.change(keys, (counters, { checks }) => ({
      counters: readReports(counters, checks, nowMs),
      mustWrite: false,
    }));
  }

  /** What a commit says again that a reset let the table forget: its row knows that it consumed. */
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
   * what its row says of it, or else by what the message says was taken: unless it may have been settled before.
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

  reset({ key, policies }: CounterReset): void {
    this.#keys.change([{ key }], (counters) => forgetPolicies(counters, policies));
  }

  /** Decides against what is used, what is held and who is banned. */
  #decide(request: CounterRequest, nowMs: number): Decision {
    const checks: CounterCheck[] = [];
    for (const { key, checks: asked } of request.keys) {
      const entry = this.#keys.read(key);
      for (const check of asked) {
        const { counter, leases } = entry.counters.live.get(check.policy) ?? {};
        const banMs = toCheckBanMs(entry.counters, check, nowMs);
        const held = toHeldUnits(entry, check.policy, nowMs);
        const provisional = toProvisionalUnits(entry, check.policy, nowMs);
        checks.push({ check, counter, held, provisional, banMs, leases: leases && toExpiries(leases) });
      }
    }
    return decideChecks(checks, nowMs);
  }

  #hold({ id, keys }: CounterRequest, reply: CounterReply): void {
    const { takenAtMs } = reply;
    const placesMs = toPlaces(reply);
    for (const { key, checks } of keys) {
      const units = new Map(checks.map((check) => [check.policy, check.isShadow === true ? 0 : check.cost]));
      const entry = this.#keys.read(key);
      addPlaces(entry, placesMs);
      entry.holds.set(id, { units, placesMs, expiresAtMs: takenAtMs + HOLD_MS });
    }
  }

  /** Answers the places that the request held in queues. */
  #dropHolds({ id, keys }: CounterRequest, nowMs: number): Hold["placesMs"] {
    let placesMs: Hold["placesMs"] = new Map();
    for (const { key } of keys) {
      const { holds } = this.#keys.read(key);
      const hold = holds.get(id);
      if (hold !== undefined && hold.expiresAtMs > nowMs) ({ placesMs } = hold);
      holds.delete(id);
    }
    return placesMs;
  }

  /** A place in a queue with others behind it stays taken: they were told when to go on, and whoever comes next goes later. */
  #leavePlaces({ keys }: CounterRequest, placesMs: Hold["placesMs"], nowMs: number): void {
    if (placesMs.size === 0) return;
    this.#keys.change(keys, (counters, { key, checks }) => {
      const { lastPlacesMs } = this.#keys.read(key);
      const left = checks.flatMap(({ policy, algorithm, settings, cost }) => {
        const placeMs = placesMs.get(policy) ?? Infinity;
        return placeMs < (lastPlacesMs.get(policy) ?? 0)
          ? [{ policy, algorithm, settings, units: cost }]
          : [];
      });
      return settleChecks(counters, left, { nowMs, takenAtMs: nowMs });
    });
  }

  /** Gives back what a decision holds or consumed. */
  #release(request: CounterRequest, nowMs: number): CounterReply {
    this.#leavePlaces(request, this.#dropHolds(request, nowMs), nowMs);
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
    const undone = keys.map(({ key, checks }) => ({
      key,
      checks: checks.flatMap(({ policy, algorithm, settings, cost }) =>
        policies.includes(policy) ? [{ policy, algorithm, settings, taken: cost, actual: 0 }] : [],
      ),
    }));
    this.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: undone }, nowMs);
    return reply;
  }

  /** What the isolate refused by itself counts first: it may ban the very request that tells of it. */
  #countRefused(request: CounterRequest, nowMs: number): void {
    if (request.refusedBefore === undefined) return;
    const { policies, ...denials } = request.refusedBefore;
    this.#countDenials(request, { ...denials, policies: new Set(policies) }, nowMs);
  }

  #countDenials(request: CounterRequest, denials: Denials, nowMs: number): void {
    if (!request.keys.some(({ checks }) => checks.some((check) => isBanning(check, denials)))) return;
    this.#keys.change(request.keys, (counters, { checks }) =>
      banChecks(counters, checks, { denials, nowMs }),
    );
  }
}

// The world that leases are attacked in: isolates, one owner, a network between them, and a log of what was let through.

import fc from "fast-check";
import type { Bound, Spending } from "../../../tools/simulate-leases/exact-log.ts";
import { type Message, Owner, type Reply } from "../../../tools/simulate-leases/owner.ts";
import { UNIT_PARTS } from "../../../src/core/algorithms/stored-state.ts";
import { algorithms, toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import type { Rules } from "../../../src/core/leases/counter-leases.ts";
import { IsolateLeases } from "../../../src/core/leases/isolate-leases.ts";
import { type LeaseTerms, toLeaseTerms } from "../../../src/core/leases/lease-terms.ts";

export const START_MS = 1_700_000_000_000;
export const KEY = "k";
const toKey = (plan: string | undefined): string => (plan === undefined ? KEY : `${plan} ${KEY}`);
/** All steps of one clock together: less than the margin. */
export const STEP_MS_MAX = 400;

interface Member {
  leases: IsolateLeases;
  name: string;
  aheadMs: number;
}

interface InFlight {
  readonly from: string;
  readonly member: number;
  readonly message: Message;
  readonly sentMs: number;
  readonly reply?: Reply;
}

const pick = fc.nat({ max: 1_000 });
const action = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant("burst"),
      who: pick,
      count: fc.integer({ min: 1, max: 12 }),
      // Of a limit that follows a pool, a cost is no whole number.
      cost: fc.constantFrom(1, 1, 1 + 127 / UNIT_PARTS, 3),
      plan: pick,
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      kind: fc.constant("deliver"),
      which: pick,
      isKept: fc.boolean(),
      isLost: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant("deliver-all") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("lose-all") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill"), who: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart") }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("step"),
      who: pick,
      byMs: fc.integer({ min: -STEP_MS_MAX, max: 5_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("step-owner"),
      byMs: fc.integer({ min: -5_000, max: STEP_MS_MAX }),
    }),
  },
);
export const step = fc.record({
  waitMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 60 }),
    fc.integer({ min: 0, max: 2_500 }),
  ),
  action,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What was let through, and under which plan. */
interface PlannedSpending extends Spending {
  readonly plan: string | undefined;
}

/** All leases are charged by so long after the last event. */
const ALL_CHARGED_MS = 7_000;
const ONE_FOR_ALL = { "": 1 } as const;

/** Counters of what a run has really exercised. */
export interface Seen {
  leased: number;
  asked: number;
  refused: number;
}

export class World {
  readonly spendings: PlannedSpending[] = [];
  readonly owner: Owner;
  readonly members: Member[];
  readonly seen: Seen = { leased: 0, asked: 0, refused: 0 };
  readonly #plans: readonly {
    readonly name: string | undefined;
    readonly rules: Rules;
    readonly terms: LeaseTerms;
  }[];
  #flights: InFlight[] = [];
  #nowMs = START_MS;
  #ownerAheadMs = 0;
  #ownerMs = 0;
  #names = 0;
  readonly #stepped = new Map<string, number>();

  /** `plans`: by name, multiples of the limit; one that is "" alone is a policy without plans. */
  constructor(
    bound: Bound,
    aheads: readonly number[],
    plans: Readonly<Record<string, number>> = ONE_FOR_ALL,
  ) {
    this.#plans = Object.entries(plans).map(([plan, factor]) => {
      const { algorithm, limit, windowMs, burst } = bound;
      const own = { limit: limit * factor, window: `${windowMs}ms`, burst: burst * factor };
      const parsed = algorithms[algorithm].parseConfig(own);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
      const terms = toLeaseTerms(algorithm, parsed.value);
      if (terms === undefined) throw new Error("not to be leased");
      const name = plans === ONE_FOR_ALL ? undefined : plan;
      return { name, rules: { algorithm, settings: parsed.value }, terms };
    });
    this.owner = new Owner(Object.fromEntries(this.#plans.map(({ name = "", rules }) => [name, rules])));
    this.members = aheads.map((aheadMs) => this.#open(aheadMs));
  }

  /** Uses the key once under each plan, so that all of them count from the start. */
  useEach(): void {
    for (const { name } of this.#plans) {
      const { verdict } = this.owner.handle({ cost: 1, plan: name, report: undefined }, START_MS);
      if (verdict.outcome === "allowed") this.#spend(1, name);
    }
  }

  /** Units that a plan has left, when all that was granted is charged, above what it has if all was charged when it was spent. */
  toForgotten(): number {
    const endMs = Math.max(this.#nowMs + this.#ownerAheadMs, this.#ownerMs) + ALL_CHARGED_MS;
    const spendings = [...this.spendings].sort((one, other) => one.atMs - other.atMs);
    const forgotten = this.#plans.map(({ name, rules: { algorithm, settings } }) => {
      const { charge, decide } = toAlgorithm(algorithm);
      let state: unknown;
      for (const { atMs, units } of spendings) state = charge(settings, state, { nowMs: atMs, units });
      const { remaining } = decide(settings, state, { nowMs: endMs, cost: 0 });
      const left = this.owner.handle({ cost: 0, plan: name, report: undefined }, endMs).verdict.remaining;
      return left - remaining;
    });
    return Math.max(...forgotten);
  }

  play({ waitMs, action: done }: Step): void {
    this.#nowMs += waitMs;
    if (done.kind === "burst") this.#burst(done);
    else if (done.kind === "deliver") this.#deliver(done);
    else if (done.kind === "deliver-all") this.#deliverAll();
    else if (done.kind === "lose-all") this.#flights = [];
    else if (done.kind === "kill") this.#kill(done.who);
    else if (done.kind === "restart") this.owner.restart();
    else if (done.kind === "step") this.#stepClock(done.who, done.byMs);
    else this.#stepOwner(done.byMs);
  }

  #open(aheadMs: number): Member {
    this.#names += 1;
    const name = `isolate ${this.#names}`;
    return { leases: new IsolateLeases(() => name, 10), name, aheadMs };
  }

  #member(who: number): { member: Member; index: number; clockMs: number } {
    const index = who % this.members.length;
    const member = this.members[index];
    if (member === undefined) throw new Error("no member");
    return { member, index, clockMs: this.#nowMs + member.aheadMs };
  }

  /**
   * The counter reads its clock when it is called, and never lets it run backwards: what was let through since it last did
   * was so before it does again, whatever its clock showed meanwhile.
   */
  #readOwnerMs(): void {
    this.#ownerMs = Math.max(this.#ownerMs, this.#nowMs + this.#ownerAheadMs);
    for (
      let index = this.spendings.length - 1;
      (this.spendings[index]?.atMs ?? 0) > this.#ownerMs;
      index -= 1
    )
      this.spendings[index] = {
        plan: this.spendings[index]?.plan,
        units: this.spendings[index]?.units ?? 0,
        atMs: this.#ownerMs,
      };
  }

  #spend(units: number, plan: string | undefined): void {
    this.spendings.push({ atMs: Math.max(this.#ownerMs, this.#nowMs + this.#ownerAheadMs), units, plan });
  }

  #burst({ who, count, cost, plan }: { who: number; count: number; cost: number; plan: number }): void {
    const { member, index, clockMs } = this.#member(who);
    const used = this.#plans[plan % this.#plans.length];
    if (used === undefined) throw new Error("no plan");
    const { name, terms } = used;
    const key = toKey(name);
    for (let time = 0; time < count; time += 1) {
      const answer = member.leases.take(key, cost, clockMs);
      if (answer.startsWith("taken")) {
        this.seen.leased += 1;
        // Another policy has denied some.
        if ((time + who) % 7 === 0) member.leases.giveBack(key, cost, member.leases.seq);
        else this.#spend(cost, name);
      }
      if (answer.startsWith("denied")) this.seen.refused += 1;
      const isAsking = answer === "ask";
      if (!isAsking && !answer.endsWith("renew")) continue;
      const report = member.leases.report(key, { cost, terms }, clockMs);
      if (isAsking) this.seen.asked += 1;
      if (isAsking || report !== undefined)
        this.#send(index, { cost: isAsking ? cost : 0, plan: name, report });
    }
  }

  #send(index: number, message: Message): void {
    const { member, clockMs } = this.#member(index);
    this.#flights.push({ from: member.name, member: index, message, sentMs: clockMs });
  }

  #deliver({ which, isKept, isLost }: { which: number; isKept: boolean; isLost: boolean }): void {
    const index = which % Math.max(1, this.#flights.length);
    const flight = this.#flights[index];
    if (flight === undefined) return;
    if (!isKept) this.#flights.splice(index, 1);
    if (!isLost) this.#arrive(flight);
  }

  #deliverAll(): void {
    const flights = this.#flights;
    this.#flights = [];
    for (const flight of flights) this.#arrive(flight);
    const replies = this.#flights;
    this.#flights = [];
    for (const flight of replies) this.#arrive(flight);
  }

  #arrive(flight: InFlight): void {
    if (flight.reply !== undefined) {
      this.#receive(flight, flight.reply);
      return;
    }
    const reply = this.owner.handle(flight.message, this.#nowMs + this.#ownerAheadMs);
    this.#readOwnerMs();
    const { cost, plan } = flight.message;
    if (cost > 0 && reply.verdict.outcome === "allowed") this.#spend(cost, plan);
    this.#flights.push({ ...flight, reply });
  }

  #receive({ from, member: index, message, sentMs }: InFlight, { verdict, grant }: Reply): void {
    const { member, clockMs } = this.#member(index);
    // Its isolate may be another one by now.
    if (member.name !== from) return;
    const { cost, plan, report } = message;
    const key = toKey(plan);
    if (verdict.outcome === "denied") {
      member.leases.noteDenial(key, { cost, waitMs: verdict.retryAfterMs }, { sentMs, nowMs: clockMs });
    }
    if (report !== undefined)
      member.leases.accept(key, { seq: report.seq, grant }, { sentMs, nowMs: clockMs });
  }

  #kill(who: number): void {
    const { member, index } = this.#member(who);
    this.members[index] = this.#open(member.aheadMs);
  }

  #stepClock(who: number, byMs: number): void {
    const { member } = this.#member(who);
    const back = this.#stepped.get(member.name) ?? 0;
    if (byMs < 0 && back - byMs > STEP_MS_MAX) return;
    if (byMs < 0) this.#stepped.set(member.name, back - byMs);
    member.aheadMs += byMs;
  }

  #stepOwner(byMs: number): void {
    const forward = this.#stepped.get("owner") ?? 0;
    if (byMs > 0 && forward + byMs > STEP_MS_MAX) return;
    if (byMs > 0) this.#stepped.set("owner", forward + byMs);
    this.#ownerAheadMs += byMs;
  }
}

// The isolate's side of leases: decides from what was lent to it, without asking, and says when to ask for more. The way
// of a request is take(): one look-up and arithmetic. Time is an argument: the isolate's own clock, durations only on
// the wire.

import { endTerm, hasTooLittle, type IsolateLease, isAwaiting, isDue } from "./isolate-lease.ts";
import { countDemand, NO_DEMAND, toDemand } from "./lease-demand.ts";
import type { LeaseGrant, LeaseReport } from "./lease-messages.ts";
import { HEADROOM, LEASE_UNITS_MIN, type LeaseTerms } from "./lease-terms.ts";

/**
 * `ask`: the counter must decide. `taken`: allowed. `refused`: the counter said that nothing is left until later.
 * With `-renew` a report should go out in the background.
 */
export type LeaseAnswer = "ask" | "taken" | "taken-renew" | "refused" | "refused-renew";

export interface LeaseLeft {
  /** Of the lease. */
  readonly units: number;
  /** Of the lease and beside it. */
  readonly remaining: number;
  readonly resetMs: number;
  /** How long a request that take() refused has to wait. */
  readonly waitMs: number;
}

/** Requests after which a key's demand is known. Until then it is lent what a few more like it take. */
const REQUESTS_MIN = 3;
const FIRST_REQUESTS = 4;
/** How long nothing is asked for after a report that brought nothing. */
const BACK_OFF_MS = 1_000;
/** A wait is told in whole seconds, so nobody asks before one is over; after one, a limit may have been raised. */
const REFUSED_MS = 1_000;
const ROUND_TRIP_MS = 50;
const NO_GRANT: LeaseGrant = { units: 0, ttlMs: 0, waitMs: 0, remaining: 0, resetMs: 0 };
/** A clock that goes back by more than this has been set: how long leases still last is not known any more. */
const STEP_MS = 100;

export class IsolateLeases {
  readonly #toName: () => string;
  #name: string | undefined;
  readonly #keysMax: number;
  /** Two generations instead of an order of use: one look-up for a key that is in use. */
  #young = new Map<string, IsolateLease>();
  #old = new Map<string, IsolateLease>();
  #seq = 0;
  #clockMs = 0;
  #rules = 0;

  /** `toName` makes a name that no other isolate has, with the first request: before it, a Worker has no randomness. */
  constructor(toName: () => string, keysMax: number) {
    this.#toName = toName;
    this.#keysMax = keysMax;
  }

  /** Rises with every report: what giveBack() wants to know of the moment of a take(). */
  get seq(): number {
    return this.#seq;
  }

  take(key: string, cost: number, nowMs: number): LeaseAnswer {
    this.#tell(nowMs);
    const lease = this.#young.get(key) ?? this.#enter(key, nowMs);
    lease.demand = countDemand(lease.demand, cost, nowMs);
    if (nowMs < lease.expiresMs && lease.units >= cost) {
      lease.units -= cost;
      lease.spent += cost;
      return isDue(lease, cost, nowMs) ? "taken-renew" : "taken";
    }
    // What is left here is too little for it, but may be enough with what the counter has.
    if (lease.units > 0 && nowMs < lease.expiresMs) return "ask";
    if (nowMs >= lease.refusedUntilMs || cost !== lease.refusedCost || lease.refusedUnder !== this.#rules)
      return "ask";
    return nowMs >= lease.renewAfterMs && !isAwaiting(lease, nowMs) ? "refused-renew" : "refused";
  }

  /** What is left of a key that is leased here: as the counter said last, and of the lease. */
  toLeft(key: string, nowMs: number): LeaseLeft {
    const lease = this.#find(key);
    if (lease === undefined) return { units: 0, remaining: 0, resetMs: 0, waitMs: 0 };
    const units = nowMs < lease.expiresMs ? lease.units : 0;
    return {
      units,
      remaining: units + lease.remaining,
      resetMs: Math.max(0, lease.resetsMs - nowMs),
      waitMs: Math.max(0, lease.waitUntilMs - nowMs),
    };
  }

  /** Gives back what take() took, since another policy denied. What was reported in between stays spent. */
  giveBack(key: string, cost: number, seqAtTake: number): void {
    const lease = this.#find(key);
    if (lease === undefined || lease.seq > seqAtTake) return;
    lease.units += cost;
    lease.spent -= cost;
  }

  /** Limits have changed: who was refused under the old ones may ask at once. What was lent stays lent. */
  changeRules(): void {
    this.#rules += 1;
  }

  /** What the counter said is left beside what it has lent here, to a request that was asked without a report. */
  see(key: string, { remaining, resetMs }: Pick<LeaseLeft, "remaining" | "resetMs">, nowMs: number): void {
    const lease = this.#find(key);
    if (lease === undefined) return;
    lease.remaining = remaining;
    lease.resetsMs = nowMs + resetMs;
  }

  /** Whether a report should go out: what is left will not last until an answer could come. */
  isDue(key: string, cost: number, nowMs: number): boolean {
    const lease = this.#find(key);
    return lease !== undefined && isDue(lease, cost, nowMs);
  }

  /** Sets aside what take() took, while others are asked: it is told as kept, not as spent. Answers what release() wants. */
  hold(key: string, cost: number): number {
    const lease = this.#find(key);
    if (lease === undefined) return 0;
    lease.spent -= cost;
    lease.held += cost;
    return lease.term;
  }

  /** What was held is spent, or goes back. What a lease held at its end was told as spent, and stays so. */
  release(
    key: string,
    cost: number,
    { term, isSpent }: { readonly term: number; readonly isSpent: boolean },
  ): void {
    const lease = this.#find(key);
    if (lease === undefined || lease.term !== term) return;
    lease.held -= cost;
    if (isSpent) lease.spent += cost;
    else lease.units += cost;
  }

  /** What to tell the counter when it is asked anyway; undefined: nothing that is worth it. */
  toReport(
    key: string,
    { cost, terms }: { readonly cost: number; readonly terms: LeaseTerms },
    nowMs: number,
  ): LeaseReport | undefined {
    const lease = this.#find(key);
    if (lease === undefined || isAwaiting(lease, nowMs)) return undefined;
    const isTooLittle = hasTooLittle(lease, cost);
    if (nowMs < lease.renewAfterMs && !isTooLittle) return undefined;
    const demand = this.#toKnownDemand(lease, { cost, terms }, nowMs);
    const wanted = HEADROOM * demand * terms.ttlMs;
    const pays = wanted >= LEASE_UNITS_MIN;
    endTerm(lease, nowMs);
    const { units, held } = lease;
    if (!pays && units + held === 0 && lease.spent === lease.spentAtReport) return undefined;
    // Too little for the request that asks goes back: with what the counter has it may be enough.
    const wantedUnits = isTooLittle ? 0 : Math.min(units, Math.ceil(wanted));
    const kept = nowMs < lease.expiresMs ? held + wantedUnits : 0;
    const wantedPerSecond = pays ? demand * 1_000 : 0;
    return this.#report(lease, { kept, wantedPerSecond, cost }, nowMs);
  }

  /** Units per millisecond: what has shown, or while little has, what a few units are. */
  #toKnownDemand(
    { demand }: IsolateLease,
    { cost, terms }: { readonly cost: number; readonly terms: LeaseTerms },
    nowMs: number,
  ): number {
    const shown = toDemand(demand, nowMs);
    if (demand.requests >= REQUESTS_MIN) return shown;
    return Math.min(shown, (FIRST_REQUESTS * cost) / (HEADROOM * terms.ttlMs));
  }

  /** The counter's answer to a report. An answer to any but the last is not read: the next report hands it back. */
  accept(
    key: string,
    { seq, grant }: { readonly seq: number; readonly grant: LeaseGrant | undefined },
    { sentMs, nowMs }: { readonly sentMs: number; readonly nowMs: number },
  ): void {
    const lease = this.#find(key);
    if (lease === undefined || lease.seq !== seq) return;
    lease.awaitedMs = 0;
    lease.roundTripMs += 0.3 * (nowMs - sentMs - lease.roundTripMs);
    const { units, ttlMs, waitMs, remaining, resetMs } = grant ?? NO_GRANT;
    lease.units = Math.max(0, units - lease.held - (lease.spent - lease.spentAtReport));
    lease.expiresMs = sentMs + ttlMs;
    lease.remaining = remaining;
    lease.resetsMs = nowMs + resetMs;
    // Who got all that was wanted may want more at any moment; who got no more of what there is too little of, later.
    const isShort = units === 0 || units < HEADROOM * lease.wantedAtReport * ttlMs;
    lease.renewAfterMs = isShort && units <= lease.keptAtReport ? sentMs + BACK_OFF_MS : 0;
    if (waitMs > 0) this.refuse(key, { cost: lease.costAtReport, waitMs }, { sentMs, nowMs });
  }

  /** What the counter said of a request: that it has to wait. The turn to ask again comes before the wait is over. */
  refuse(
    key: string,
    { cost, waitMs }: { readonly cost: number; readonly waitMs: number },
    { sentMs, nowMs }: { readonly sentMs: number; readonly nowMs: number },
  ): void {
    const lease = this.#find(key);
    if (lease === undefined || cost === 0) return;
    lease.refusedCost = cost;
    lease.refusedUnder = this.#rules;
    lease.remaining = 0;
    lease.refusedUntilMs = sentMs + REFUSED_MS;
    lease.waitUntilMs = nowMs + waitMs;
    lease.renewAfterMs = lease.refusedUntilMs - 1.5 * lease.roundTripMs;
  }

  /** No answer came: what was kept lasts as long as it did. */
  fail(key: string, seq: number, nowMs: number): void {
    const lease = this.#find(key);
    if (lease === undefined || lease.seq !== seq) return;
    lease.awaitedMs = 0;
    lease.renewAfterMs = nowMs + BACK_OFF_MS;
  }

  #report(
    lease: IsolateLease,
    told: Pick<LeaseReport, "kept" | "wantedPerSecond" | "cost">,
    nowMs: number,
  ): LeaseReport {
    this.#seq += 1;
    lease.seq = this.#seq;
    lease.units = told.kept - lease.held;
    lease.keptAtReport = told.kept;
    lease.costAtReport = told.cost;
    lease.wantedAtReport = told.wantedPerSecond / 1_000;
    lease.spentAtReport = lease.spent;
    lease.awaitedMs = nowMs;
    return { account: lease.account, seq: lease.seq, spent: lease.spent, ...told };
  }

  /** Forgets all leases when the clock was set back: they would last too long. Their counters charge them in full. */
  #tell(nowMs: number): void {
    if (nowMs < this.#clockMs - STEP_MS) {
      this.#young.clear();
      this.#old.clear();
      this.#clockMs = nowMs;
    } else if (nowMs > this.#clockMs) this.#clockMs = nowMs;
  }

  #find(key: string): IsolateLease | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  #enter(key: string, nowMs: number): IsolateLease {
    const lease = this.#old.get(key) ?? this.#open(nowMs);
    if (this.#young.size >= this.#keysMax / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, lease);
    return lease;
  }

  #open(nowMs: number): IsolateLease {
    this.#seq += 1;
    this.#name ??= this.#toName();
    return {
      account: `${this.#name}.${this.#seq}`,
      units: 0,
      held: 0,
      term: 0,
      expiresMs: 0,
      spent: 0,
      seq: this.#seq,
      awaitedMs: 0,
      spentAtReport: 0,
      keptAtReport: 0,
      costAtReport: 0,
      wantedAtReport: 0,
      refusedUntilMs: 0,
      refusedCost: 0,
      refusedUnder: 0,
      waitUntilMs: 0,
      renewAfterMs: 0,
      roundTripMs: ROUND_TRIP_MS,
      remaining: 0,
      resetsMs: 0,
      demand: { ...NO_DEMAND, seenMs: nowMs, bornMs: nowMs },
    };
  }
}

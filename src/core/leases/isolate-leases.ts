// The side of a Worker instance (isolate) in the protocol of quota leases: decides requests from what counter objects
// have granted it, without a call, and reports when it needs more. The way of a request is take(): one look-up and
// arithmetic. Time is an argument: the isolate's own clock, and durations only on the wire.
//
// A key's lease, and what take() answers:
//
//    +-------------+     accept(): units granted      +-------------------------+
//    | empty       | -------------------------------> | granted                 |
//    | take(): ask | <------------------------------- | take(): taken; or ask,  |
//    +-------------+         spent, expired           | when the cost is above  |
//       ^       |                                     | what is left            |
//       |       | noteDenial(),                       +-------------------------+
//       |       | accept() with a wait                     ^               |
//       |       v                                          |               | spent, expired,
//       |    +----------------+   accept(): units granted  |               | less than 1 s after
//       +--- | denied         | ---------------------------+               | noteDenial()
//  1 s over, | take(): denied | <------------------------------------------+
//  forget-   +----------------+
//  Denials()
//
// Where its units are; what a lease has reserved when it expires is spent:
//
//    granted  --take()-->  spent  --reserve()-->  reserved  --commit()-->  spent
//             <-giveBack()-                                 --cancel()-->  granted
//
// Its reports, in any state. With "-renew" take() wants one sent behind the response:
//
//    free --report()--> awaited --accept(): the demand is covered, or more than before--> free
//                               --accept(): no more, fail()--> back-off of 1 s --> free

import {
  createLease,
  endTerm,
  hasTooLittle,
  type IsolateLease,
  isAwaiting,
  isDue,
  mayReport,
} from "./isolate-lease.ts";
import { countDemand, toKnownDemand } from "./lease-demand.ts";
import type { LeaseGrant, LeaseReport } from "./lease-messages.ts";
import { HEADROOM, LEASE_UNITS_MIN, type LeaseTerms } from "./lease-terms.ts";
import { TwoGenerationMap } from "./two-generation-map.ts";

/** `ask`: the counter must decide. With `-renew` a report should go out in the background. */
export type LeaseAnswer = "ask" | "taken" | "taken-renew" | "denied" | "denied-renew";

export interface LeaseLeft {
  /** Of the lease. */
  readonly units: number;
  /** Of the lease and beside it, in whole units: a request may have taken a part of one. */
  readonly remaining: number;
  readonly resetMs: number;
  /** How long a request that take() denied has to wait, and by how much that may be too long. */
  readonly waitMs: number;
  readonly lagMs: number;
}

/** Units of a lease that are reserved for one request, until commit() or cancel(). */
export interface LeaseReservation {
  readonly lease: IsolateLease;
  readonly term: number;
  readonly units: number;
}

/** How long no report goes out after one that brought nothing. */
const BACK_OFF_MS = 1_000;
/** Clients wait in whole seconds, so none comes back before this is over; after it, a limit may have been raised. */
const DENIED_MS = 1_000;
const NO_GRANT: LeaseGrant = { units: 0, ttlMs: 0, waitMs: 0, remaining: 0, resetMs: 0 };
/** A clock that goes back by more than this has been set: how long leases still last is not known any more. */
const STEP_MS = 100;

/** What they offer, to whoever need not know that they change by it. */
export type Leases = Pick<IsolateLeases, keyof IsolateLeases>;

export class IsolateLeases {
  readonly #toName: () => string;
  #name: string | undefined;
  readonly #leases: TwoGenerationMap<string, IsolateLease>;
  #seq = 0;
  #clockMs = 0;

  /** `toName` makes a name that no other isolate has, with the first request: before it, a Worker has no randomness. */
  constructor(toName: () => string, keysMax: number) {
    this.#toName = toName;
    this.#leases = new TwoGenerationMap(keysMax);
  }

  /** The number of the last report: what giveBack() wants to know of the moment of a take(). */
  get seq(): number {
    return this.#seq;
  }

  take(key: string, cost: number, nowMs: number): LeaseAnswer {
    this.#forgetAfterClockStep(nowMs);
    const lease = this.#leases.get(key) ?? this.#open(key, nowMs);
    lease.demand = countDemand(lease.demand, cost, nowMs);
    const isGranted = lease.units > 0 && nowMs < lease.expiresMs;
    if (isGranted && lease.units >= cost) {
      lease.units -= cost;
      lease.spent += cost;
      return isDue(lease, cost, nowMs) ? "taken-renew" : "taken";
    }
    // What is left here is too little for it, but may be enough with what the counter has.
    if (isGranted) return "ask";
    const { denial } = lease;
    if (denial === undefined || nowMs >= denial.untilMs || cost !== denial.cost) return "ask";
    return mayReport(lease, nowMs) ? "denied-renew" : "denied";
  }

  /** What is left of a key that is leased here: of the lease, and beside it as of the counter's last answer. */
  toLeft(key: string, nowMs: number): LeaseLeft {
    const lease = this.#leases.get(key);
    if (lease === undefined) return { units: 0, remaining: 0, resetMs: 0, waitMs: 0, lagMs: 0 };
    const units = nowMs < lease.expiresMs ? lease.units : 0;
    return {
      units,
      remaining: Math.floor(units + lease.remaining),
      resetMs: Math.max(0, lease.resetsMs - nowMs),
      waitMs: Math.max(0, (lease.denial?.retryAtMs ?? 0) - nowMs),
      lagMs: lease.denial?.lagMs ?? 0,
    };
  }

  /** Gives back what take() took, since another policy denied. What was reported in between stays spent. */
  giveBack(key: string, cost: number, seqAtTake: number): void {
    const lease = this.#leases.get(key);
    if (lease === undefined || lease.report.seq > seqAtTake) return;
    lease.units += cost;
    lease.spent -= cost;
  }

  /** Reserves what take() took, while counter objects decide the other policies: reports have it as kept, not as spent. */
  reserve(key: string, cost: number): LeaseReservation | undefined {
    const lease = this.#leases.get(key);
    if (lease === undefined) return undefined;
    lease.spent -= cost;
    lease.reserved += cost;
    return { lease, term: lease.term, units: cost };
  }

  /** Spends what is reserved. */
  commit({ lease, term, units }: LeaseReservation): void {
    if (lease.term !== term) return;
    lease.reserved -= units;
    lease.spent += units;
  }

  /** Gives back what is reserved. What was reserved when its lease expired was reported as spent, and stays so. */
  cancel({ lease, term, units }: LeaseReservation): void {
    if (lease.term !== term) return;
    lease.reserved -= units;
    lease.units += units;
  }

  /** Forgets denials, since limits have changed: requests that had none left may have some now. Leases last as granted. */
  forgetDenials(): void {
    for (const lease of this.#leases.values()) lease.denial = undefined;
  }

  /** Notes what the counter has left beside this lease, where a request was decided there without a report. */
  noteRemaining(
    key: string,
    { remaining, resetMs }: Pick<LeaseLeft, "remaining" | "resetMs">,
    sentMs: number,
  ): void {
    const lease = this.#leases.get(key);
    if (lease === undefined) return;
    lease.remaining = remaining;
    lease.resetsMs = sentMs + resetMs;
  }

  /** Whether a report should go out: what is left will not last until an answer could come. */
  isDue(key: string, cost: number, nowMs: number): boolean {
    const lease = this.#leases.get(key);
    return lease !== undefined && isDue(lease, cost, nowMs);
  }

  /** The report for a call that is made anyway; undefined: there is nothing that is worth one. */
  report(
    key: string,
    { cost, terms }: { readonly cost: number; readonly terms: LeaseTerms },
    nowMs: number,
  ): LeaseReport | undefined {
    const lease = this.#leases.get(key);
    if (lease === undefined || isAwaiting(lease, nowMs)) return undefined;
    const isTooLittle = hasTooLittle(lease, cost);
    if (nowMs < lease.renewAfterMs && !isTooLittle) return undefined;
    const demand = toKnownDemand(lease.demand, { cost, ttlMs: terms.ttlMs }, nowMs);
    const wanted = HEADROOM * demand * terms.ttlMs;
    const pays = wanted >= LEASE_UNITS_MIN;
    endTerm(lease, nowMs);
    const { units, reserved } = lease;
    if (!pays && units + reserved === 0 && lease.spent === lease.report.spent) return undefined;
    // Too little for the request that asks goes back: with what the counter has it may be enough.
    const wantedUnits = isTooLittle ? 0 : Math.min(units, Math.ceil(wanted));
    const kept = nowMs < lease.expiresMs ? reserved + wantedUnits : 0;
    lease.units = kept - reserved;
    this.#seq += 1;
    const { account, spent } = lease;
    const wantedPerSecond = pays ? demand * 1_000 : 0;
    const told = { account, seq: this.#seq, spent, kept, wantedPerSecond, cost };
    lease.report = terms.isSmall === true ? { ...told, isSmall: true } : told;
    lease.awaitedMs = nowMs;
    return lease.report;
  }

  /** Takes the counter's answer to a report. Of any but the last it is not read: the next report hands it back. */
  accept(
    key: string,
    { seq, grant }: { readonly seq: number; readonly grant: LeaseGrant | undefined },
    { sentMs, nowMs }: { readonly sentMs: number; readonly nowMs: number },
  ): void {
    const lease = this.#leases.get(key);
    if (lease === undefined || lease.report.seq !== seq) return;
    const { report } = lease;
    lease.awaitedMs = 0;
    lease.roundTripMs += 0.3 * (nowMs - sentMs - lease.roundTripMs);
    const { units, ttlMs, waitMs, remaining, resetMs } = grant ?? NO_GRANT;
    lease.units = Math.max(0, units - lease.reserved - (lease.spent - report.spent));
    lease.expiresMs = sentMs + ttlMs;
    lease.remaining = remaining;
    lease.resetsMs = sentMs + resetMs;
    // A grant that covers the demand: renew at any time. One that does not, and is no more than what was kept: the counter
    // is short, so back off.
    const isShort = units === 0 || units < HEADROOM * (report.wantedPerSecond / 1_000) * ttlMs;
    lease.renewAfterMs = isShort && units <= report.kept ? sentMs + BACK_OFF_MS : 0;
    if (waitMs > 0) this.noteDenial(key, { cost: report.cost, waitMs }, { sentMs, nowMs });
  }

  /** Notes that the counter denied a request of this cost. The next report may leave before the denial is over. */
  noteDenial(
    key: string,
    { cost, waitMs }: { readonly cost: number; readonly waitMs: number },
    { sentMs, nowMs }: { readonly sentMs: number; readonly nowMs: number },
  ): void {
    const lease = this.#leases.get(key);
    if (lease === undefined || cost === 0) return;
    const untilMs = sentMs + DENIED_MS;
    lease.denial = { cost, untilMs, retryAtMs: nowMs + waitMs, lagMs: nowMs - sentMs };
    lease.remaining = 0;
    lease.renewAfterMs = untilMs - 1.5 * lease.roundTripMs;
  }

  /** Notes that no answer came: what was kept lasts as long as it did. */
  fail(key: string, seq: number, nowMs: number): void {
    const lease = this.#leases.get(key);
    if (lease === undefined || lease.report.seq !== seq) return;
    lease.awaitedMs = 0;
    lease.renewAfterMs = nowMs + BACK_OFF_MS;
  }

  /** Forgets all leases when the clock was set back: they would last too long. Their counters charge them in full. */
  #forgetAfterClockStep(nowMs: number): void {
    if (nowMs < this.#clockMs - STEP_MS) {
      this.#leases.clear();
      this.#clockMs = nowMs;
    } else if (nowMs > this.#clockMs) this.#clockMs = nowMs;
  }

  #open(key: string, nowMs: number): IsolateLease {
    this.#seq += 1;
    this.#name ??= this.#toName();
    const lease = createLease(`${this.#name}.${this.#seq}`, this.#seq, nowMs);
    this.#leases.set(key, lease);
    return lease;
  }
}

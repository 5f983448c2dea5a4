// The counter's side of leases: what it has lent of one counter, to whom, until when. Pure, with time as an argument.

import type { Charge } from "../algorithms/algorithm.ts";
import type { AlgorithmName } from "../algorithms/registry.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import { toWaterLevel } from "./fair-share.ts";
import type { LeaseReport } from "./lease-messages.ts";
import { HEADROOM, LEASE_UNITS_MIN, type LeaseTerms, MARGIN_MS } from "./lease-terms.ts";

/** Isolates that one counter lends to at a time; the others are decided exactly. */
export const LEASES_MAX = 256;
/** How long an isolate that says nothing is remembered: what it did not spend can still come back. */
const SEEN_MS = 30_000;

/** Isolates that wait for more ask about this often. */
export const TURN_MS = 1_000;

export interface Lease {
  /** Lent, and neither charged nor handed back. */
  readonly units: number;
  readonly endsMs: number;
  /** Charged when the last lease ended, as of `endsMs`: not all of it may have been spent. */
  readonly endedUnits: number;
  /** Of the last report that was read. */
  readonly seq: number;
  readonly spent: number;
  readonly wantedPerMs: number;
  readonly seenMs: number;
  readonly grantedMs: number;
  /** What it was lent under: a limit that is lower today must not cut what is charged. undefined: a row does not say. */
  readonly rules?: Rules;
}

export interface LentQuota {
  /** By account. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** Of all leases. */
  readonly units: number;
  /** When the first of them ends. */
  readonly nextEndMs: number;
}

export const NOTHING_LENT: LentQuota = { leases: new Map(), units: 0, nextEndMs: Infinity };

/**
 * A counter with what it has lent. A lease is a hold that is committed when it ends: its units are aside until the
 * isolate says that it spent them, or until the lease ends, and are charged then, as of then. Every decision is made
 * against the state charged with all that is aside. So nothing is ever admitted too much:
 *
 * A unit is aside from before it can be spent until it is charged, and counts in the state from then on. Its charge is
 * never earlier than its spending, since the lease ends for the isolate before it ends here.
 * Token bucket: level + aside <= burst at every moment, for both a charge and the end of a lease move units from one to
 * the other. Units spent within x ms are charged in them, or aside at their end: at most
 * (level then + limit * x / window) + aside then <= burst + limit * x / window.
 * Windows: a unit counts, aside or used, at every moment from its spending until a window after it: used + aside <= limit
 * holds for what any rolling window has spent, at its last spending. Fixed windows: the same at the end of each.
 */
export interface LentCounter {
  readonly state: unknown;
  readonly lent: LentQuota;
}

/** What a counter's algorithm reads. */
export interface Rules {
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
}

/** Charges what ended, in the order of its ends: to be done before anything else at this moment. */
export function endLeases(rules: Rules, before: LentCounter, nowMs: number): LentCounter {
  if (nowMs < before.lent.nextEndMs) return before;
  const leases = new Map(before.lent.leases);
  const ended = [...leases]
    .filter(([, { units, endsMs }]) => units > 0 && endsMs <= nowMs)
    .sort(([, one], [, other]) => one.endsMs - other.endsMs);
  let { state } = before;
  for (const [account, lease] of ended) {
    state = charge(toRules(rules, lease), state, { nowMs: lease.endsMs, units: lease.units });
    leases.set(account, { ...lease, units: 0, endedUnits: lease.units });
  }
  return { state, lent: toLentQuota(leases) };
}

/**
 * Charges what the isolate has spent since its last report and takes back what it does not keep. A report that comes after
 * the lease has ended gives back what was not spent of it, as far as it has not come back by itself. More spent than is
 * lent was charged before: the lease had ended, or its owner has started anew from a row that covered it.
 */
export function readReport(
  rules: Rules,
  before: LentCounter,
  { report, nowMs }: { readonly report: LeaseReport; readonly nowMs: number },
): LentCounter {
  const known = before.lent.leases.get(report.account);
  if (known !== undefined && known.seq >= report.seq) return before;
  const leases = new Map([...before.lent.leases].filter(([, lease]) => isRemembered(lease, nowMs)));
  if (known === undefined && leases.size >= LEASES_MAX) return before;
  const lease: Omit<Lease, "seq" | "wantedPerMs" | "seenMs"> = known ?? {
    units: 0,
    endsMs: 0,
    endedUnits: 0,
    spent: report.spent,
    grantedMs: -Infinity,
  };
  const spent = Math.max(0, report.spent - lease.spent);
  const charged = Math.min(spent, lease.units);
  const unspent = Math.max(0, lease.endedUnits - spent - report.kept);
  leases.set(report.account, {
    units: Math.min(report.kept, lease.units - charged),
    endsMs: lease.endsMs,
    endedUnits: 0,
    seq: report.seq,
    spent: report.spent,
    wantedPerMs: report.wantedPerSecond / 1_000,
    seenMs: nowMs,
    grantedMs: lease.grantedMs,
    ...(lease.rules !== undefined && { rules: lease.rules }),
  });
  let { state } = before;
  const lentUnder = toRules(rules, lease);
  if (charged > 0) state = charge(lentUnder, state, { nowMs, units: charged });
  if (unspent > 0) state = charge(lentUnder, state, { nowMs, units: -unspent, takenAtMs: lease.endsMs });
  return { state, lent: toLentQuota(leases) };
}

export interface Lending {
  readonly report: LeaseReport;
  readonly terms: LeaseTerms;
  readonly rules?: Rules;
  /** Units that are neither used nor aside. */
  readonly available: number;
  readonly nowMs: number;
}

/** What a row says of the units that it covers: aside until then for whatever was taken or lent out of them. */
export interface RowAhead {
  readonly units: number;
  readonly untilMs: number;
}

/** A row is a lease too: to the object's memory, which is gone. */
export function toRowLease({ units, untilMs }: RowAhead): LentQuota {
  const times = { endsMs: untilMs, seenMs: 0, grantedMs: 0 };
  const lease = { units, endedUnits: 0, seq: Infinity, spent: 0, wantedPerMs: 0, ...times };
  return toLentQuota(new Map([["", lease]]));
}

/** What is lent, in the order of its ends. */
export function toEndings({ leases, units }: LentQuota): readonly Pick<Lease, "units" | "endsMs">[] {
  if (units === 0) return [];
  return [...leases.values()]
    .filter((lease) => lease.units > 0)
    .sort((one, other) => one.endsMs - other.endsMs);
}

/** Tops up the lease of an isolate whose report was just read; what it kept lasts as long as what it gets. */
export function lend(before: LentQuota, { report, terms, rules, available, nowMs }: Lending): LentQuota {
  const lease = before.leases.get(report.account);
  if (lease === undefined || lease.seq !== report.seq || lease.seenMs !== nowMs) return before;
  const wanted = Math.min(toShare(before, lease, { terms, available, nowMs }) - lease.units, available);
  const added = wanted >= LEASE_UNITS_MIN ? Math.floor(wanted) : 0;
  const units = lease.units + added;
  if (units === 0) return before;
  const endsMs = nowMs + terms.ttlMs + MARGIN_MS;
  const leases = new Map(before.leases);
  const granted = added === 0 ? {} : { grantedMs: nowMs, ...(rules !== undefined && { rules }) };
  leases.set(report.account, { ...lease, units, endsMs, ...granted });
  return toLentQuota(leases);
}

/**
 * Units for the time of a lease, where there is enough for all. Where there is not, an equal level for all who want more,
 * and by what has come back since the last time rather than ahead of it: the scarcer, the shorter.
 */
function toShare(
  { leases }: LentQuota,
  { wantedPerMs, grantedMs }: Lease,
  { terms, available, nowMs }: Omit<Lending, "report">,
): number {
  const { ttlMs, refillPerMs } = terms;
  const wants: number[] = [];
  for (const other of leases.values())
    if (nowMs - other.seenMs < 2 * ttlMs) wants.push(HEADROOM * other.wantedPerMs);
  const level = toWaterLevel(wants, refillPerMs + available / (2 * ttlMs));
  if (level === Infinity) return Math.ceil(HEADROOM * wantedPerMs * ttlMs);
  const plentyMs = ttlMs * Math.min(1, available / (2 * refillPerMs * ttlMs));
  const spanMs = Math.max(plentyMs, Math.min(ttlMs, Math.max(TURN_MS, nowMs - grantedMs)));
  return Math.min(HEADROOM * wantedPerMs, level) * spanMs;
}

function isRemembered({ units, seenMs }: Lease, nowMs: number): boolean {
  return units > 0 || nowMs - seenMs < SEEN_MS;
}

function toLentQuota(leases: ReadonlyMap<string, Lease>): LentQuota {
  let units = 0;
  let nextEndMs = Infinity;
  for (const lease of leases.values()) {
    if (lease.units === 0) continue;
    units += lease.units;
    nextEndMs = Math.min(nextEndMs, lease.endsMs);
  }
  return { leases, units, nextEndMs };
}

function toRules(rules: Rules, lease: Pick<Lease, "rules">): Rules {
  return lease.rules?.algorithm === rules.algorithm ? lease.rules : rules;
}

function charge({ algorithm, settings }: Rules, state: unknown, charged: Charge): unknown {
  return toAlgorithm(algorithm).charge(settings, state, charged);
}

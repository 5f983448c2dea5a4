// The counter's side in the protocol of quota leases: what it has granted of one counter, to which isolates, until when.
// Pure, with time as an argument.

import type { Charge } from "../algorithms/algorithm.ts";
import type { AlgorithmName } from "../algorithms/registry.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import { toWaterLevel } from "./fair-share.ts";
import type { LeaseReport } from "./lease-messages.ts";
import { HEADROOM, LEASE_UNITS_MIN, type LeaseTerms, MARGIN_MS, toKeptBack } from "./lease-terms.ts";

/** Isolates that one counter grants leases at a time; requests of the others are decided exactly. */
export const LEASES_MAX = 256;
/** How long an isolate that does not report is remembered: what it did not spend can still come back. */
const SEEN_MS = 30_000;

/** An isolate is alone when for so long no other reported: then it may be granted units of a small limit. */
const ALONE_MS = 10_000;

/** Isolates that wait for more ask about this often. */
export const TURN_MS = 1_000;

export interface Lease {
  /** Granted, and neither charged nor handed back. */
  readonly units: number;
  readonly expiresMs: number;
  /** Charged when the lease expired, as of `expiresMs`: not all of it may have been spent. */
  readonly expiredUnits: number;
  /** Of the last report that was read. */
  readonly seq: number;
  readonly spent: number;
  readonly wantedPerMs: number;
  /** The first and the last time that it reported. */
  readonly openedMs: number;
  readonly seenMs: number;
  readonly grantedMs: number;
  /**
   * What it was granted under: a limit that is lower today must not cut what is charged. undefined: a row does not say, or
   * it was granted under another plan of the key.
   */
  readonly rules?: Rules;
}

export interface CounterLeases {
  readonly byAccount: ReadonlyMap<string, Lease>;
  /** Of all leases. */
  readonly units: number;
  /** When the first of them expires. */
  readonly nextExpiryMs: number;
}

export const NO_LEASES: CounterLeases = { byAccount: new Map(), units: 0, nextExpiryMs: Infinity };

/**
 * A counter with its leases. A lease is a reservation that is committed when it expires: its units are aside until the
 * isolate reports that it spent them, or until the lease expires, and are charged then, as of then. Every decision is made
 * against the state charged with all that is aside. So nothing is ever admitted too much:
 *
 * A unit is aside from before it can be spent until it is charged, and counts in the state from then on. Its charge is
 * never earlier than its spending, since the lease expires for the isolate before it expires here.
 * Token bucket: level + aside <= burst at every moment, for both a charge and the expiry of a lease move units from one to
 * the other. Units spent within x ms are charged in them, or aside at their end: at most
 * (level then + limit * x / window) + aside then <= burst + limit * x / window.
 * Windows: a unit counts, aside or used, at every moment from its spending until a window after it: used + aside <= limit
 * holds for what any rolling window has spent, at its last spending. Fixed windows: the same at the end of each.
 */
export interface LeasedCounter {
  readonly state: unknown;
  readonly leases: CounterLeases;
  /** When a charge last left it full, and may not have counted whole; undefined: never. */
  readonly cutMs?: number | undefined;
}

/** What a counter's algorithm reads. */
export interface Rules {
  readonly algorithm: AlgorithmName;
  readonly settings: unknown;
}

/** Charges leases that have expired, in the order of their expiry: before anything else is done at this moment. */
export function expireLeases(rules: Rules, before: LeasedCounter, nowMs: number): LeasedCounter {
  if (nowMs < before.leases.nextExpiryMs) return before;
  const leases = new Map(before.leases.byAccount);
  const expired = [...leases]
    .filter(([, { units, expiresMs }]) => units > 0 && expiresMs <= nowMs)
    .sort(([, one], [, other]) => one.expiresMs - other.expiresMs);
  let { state, cutMs } = before;
  for (const [account, lease] of expired) {
    state = charge(toRules(rules, lease), state, { nowMs: lease.expiresMs, units: lease.units });
    cutMs = toCutMs(rules, state) ?? cutMs;
    leases.set(account, { ...lease, units: 0, expiredUnits: lease.units });
  }
  return { state, leases: toCounterLeases(leases), cutMs };
}

/**
 * Charges what the isolate has spent since its last report and takes back what it does not keep. A report that comes after
 * the lease has expired gives back what was not spent of it, as far as it has not come back by itself; to a counter of
 * another plan than it was granted under, only where all of it was counted. More spent than is granted was charged before: the lease had expired, or its owner has started anew from a row that counted it.
 */
export function readReport(
  rules: Rules,
  before: LeasedCounter,
  { report, nowMs }: { readonly report: LeaseReport; readonly nowMs: number },
): LeasedCounter {
  const known = before.leases.byAccount.get(report.account);
  if (known !== undefined && known.seq >= report.seq) return before;
  const leases = new Map([...before.leases.byAccount].filter(([, lease]) => isRemembered(lease, nowMs)));
  if (known === undefined && leases.size >= LEASES_MAX) return before;
  const lease: Omit<Lease, "seq" | "wantedPerMs" | "seenMs"> = known ?? {
    units: 0,
    expiresMs: 0,
    expiredUnits: 0,
    spent: report.spent,
    openedMs: nowMs,
    grantedMs: -Infinity,
  };
  const spent = Math.max(0, report.spent - lease.spent);
  const charged = Math.min(spent, lease.units);
  const unspent = Math.max(0, lease.expiredUnits - spent - report.kept);
  leases.set(report.account, {
    units: Math.min(report.kept, lease.units - charged),
    expiresMs: lease.expiresMs,
    expiredUnits: 0,
    seq: report.seq,
    spent: report.spent,
    wantedPerMs: report.wantedPerSecond / 1_000,
    openedMs: lease.openedMs,
    seenMs: nowMs,
    grantedMs: lease.grantedMs,
    ...(lease.rules !== undefined && { rules: lease.rules }),
  });
  let { state, cutMs } = before;
  const grantedUnder = toRules(rules, lease);
  if (charged > 0) {
    state = charge(grantedUnder, state, { nowMs, units: charged });
    cutMs = toCutMs(rules, state) ?? cutMs;
  }
  if (unspent > 0 && (lease.rules !== undefined || wasCounted(cutMs, lease.expiresMs)))
    state = charge(grantedUnder, state, { nowMs, units: -unspent, takenAtMs: lease.expiresMs });
  return { state, leases: toCounterLeases(leases), cutMs };
}

export interface GrantRequest {
  readonly report: LeaseReport;
  readonly terms: LeaseTerms;
  readonly rules?: Rules;
  /** Units that are neither used nor aside. */
  readonly available: number;
  /** The most that is granted at once. Default: all that is available. */
  readonly most?: number;
  readonly nowMs: number;
}

/** When this state, which was just charged, was left full; undefined: it is not. */
export function toCutMs({ algorithm, settings }: Rules, state: unknown): number | undefined {
  const { remaining } = toAlgorithm(algorithm).decide(settings, state, { nowMs: 0, cost: 0 });
  return remaining > 0 ? undefined : (state as { readonly atMs: number }).atMs;
}

/** Whether what was taken then was charged whole, and nothing since was cut: then giving it back makes no room too much. */
export function wasCounted(cutMs: number | undefined, takenAtMs: number): boolean {
  return cutMs === undefined || takenAtMs > cutMs;
}

/** The leases of a key's counter of another plan: each holds all that is granted, so each knows what is left under it. */
export function copyLease(from: CounterLeases, to: CounterLeases, account: string): CounterLeases {
  const lease = from.byAccount.get(account);
  if (lease === undefined) return to;
  return toCounterLeases(new Map(to.byAccount).set(account, withoutRules(lease)));
}

/** All leases of another plan's counter, for one that begins with what that one counts. */
export function copyLeases(from: CounterLeases): CounterLeases {
  const copied = [...from.byAccount].map(([account, lease]) => [account, withoutRules(lease)] as const);
  return { ...from, byAccount: new Map(copied) };
}

function withoutRules(lease: Lease): Lease {
  const { rules, ...copied } = lease;
  return rules === undefined ? lease : copied;
}

/** The allowance that a row holds aside until then: whatever was taken or granted since may have come out of it. */
export interface RowAhead {
  readonly units: number;
  readonly untilMs: number;
}

/** The allowance of a row, read back: a lease of the object's memory, which is gone. */
export function toRowLease({ units, untilMs }: RowAhead): CounterLeases {
  const times = { expiresMs: untilMs, openedMs: 0, seenMs: 0, grantedMs: 0 };
  const lease = { units, expiredUnits: 0, seq: Infinity, spent: 0, wantedPerMs: 0, ...times };
  return toCounterLeases(new Map([["", lease]]));
}

/** The granted units, in the order of their expiry. */
export function toExpiries({
  byAccount,
  units,
}: CounterLeases): readonly Pick<Lease, "units" | "expiresMs">[] {
  if (units === 0) return [];
  return [...byAccount.values()]
    .filter((lease) => lease.units > 0)
    .sort((one, other) => one.expiresMs - other.expiresMs);
}

/** Grants an isolate whose report was just read what it wants beyond what it kept; all of it expires together. */
export function grant(
  before: CounterLeases,
  { report, terms, rules, available: left, most = Infinity, nowMs }: GrantRequest,
): CounterLeases {
  const isShared = report.isSmall !== true || rules === undefined;
  const available = isShared ? left : toGrantable(before, { report, rules, available: left, nowMs });
  const lease = before.byAccount.get(report.account);
  if (lease === undefined || lease.seq !== report.seq || lease.seenMs !== nowMs) return before;
  const share = toShare(before, lease, { terms, available, nowMs });
  const wanted = Math.min(share - lease.units, available, most);
  const added = wanted >= LEASE_UNITS_MIN ? Math.floor(wanted) : 0;
  const units = lease.units + added;
  if (units === 0) return before;
  const expiresMs = nowMs + terms.ttlMs + MARGIN_MS;
  const leases = new Map(before.byAccount);
  const granted = added === 0 ? {} : { grantedMs: nowMs, ...(rules !== undefined && { rules }) };
  leases.set(report.account, { ...lease, units, expiresMs, ...granted });
  return toCounterLeases(leases);
}

/**
 * Of a small limit a lease is a large part, which others lack. So it is granted to an isolate alone, and out of the upper half:
 * whoever comes from elsewhere finds the lower one.
 */
function toGrantable(
  { byAccount }: CounterLeases,
  { report: { account }, rules, available, nowMs }: Required<Omit<GrantRequest, "terms" | "most">>,
): number {
  for (const [other, { openedMs, seenMs }] of byAccount) {
    const isAlone = other === account ? nowMs - openedMs >= ALONE_MS : nowMs - seenMs >= ALONE_MS;
    if (!isAlone) return 0;
  }
  return Math.max(0, available - toKeptBack(rules.settings));
}

/**
 * The units of one isolate. Where there is enough for all: what it wants for the time of a lease. Under contention: at most
 * its max-min fair share (fair-share.ts) of what was refilled since its last grant, so leases last for a shorter time. A
 * limit of 10 a second and two isolates that want 2 and 20: the shares are 2 and 8 a second, and leases that were granted
 * 1 s ago are filled up to 2 and 8 units, not to those of the 5 s that a lease may last.
 */
function toShare(
  { byAccount }: CounterLeases,
  { wantedPerMs, grantedMs }: Lease,
  { terms, available, nowMs }: Omit<GrantRequest, "report" | "most">,
): number {
  const { ttlMs, refillPerMs } = terms;
  const wants: number[] = [];
  for (const other of byAccount.values())
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

function toCounterLeases(byAccount: ReadonlyMap<string, Lease>): CounterLeases {
  let units = 0;
  let nextExpiryMs = Infinity;
  for (const lease of byAccount.values()) {
    if (lease.units === 0) continue;
    units += lease.units;
    nextExpiryMs = Math.min(nextExpiryMs, lease.expiresMs);
  }
  return { byAccount, units, nextExpiryMs };
}

function toRules(rules: Rules, lease: Pick<Lease, "rules">): Rules {
  return lease.rules?.algorithm === rules.algorithm ? lease.rules : rules;
}

function charge({ algorithm, settings }: Rules, state: unknown, charged: Charge): unknown {
  return toAlgorithm(algorithm).charge(settings, state, charged);
}

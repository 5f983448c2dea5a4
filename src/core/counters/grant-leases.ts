// What quota leases do to the counters of one key: before anything is decided, those that have expired are charged and
// reports are read; afterwards leases are granted out of the rest. The way between is key-counters.ts: one row has both.

import type { LeaseGrant, LeaseReport } from "../leases/lease-messages.ts";
import { MARGIN_MS, toLeaseTerms } from "../leases/lease-terms.ts";
import {
  expireLeases,
  grant,
  type LeasedCounter,
  NO_LEASES,
  readReport,
  toExpiries,
} from "../leases/counter-leases.ts";
import { toBlanketUnits } from "./blanket-units.ts";
import { decideCheck, toState } from "./decide-checks.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Check, CheckVerdict, SettledCheck } from "./counter-messages.ts";
import { findCounter, listSiblings, toCounterName, toPlan } from "./plans.ts";
import { type LiveCounter, NO_ALLOWANCE } from "./write-ahead.ts";

type LeaseCheck = Pick<Check, "policy" | "algorithm" | "settings" | "plan" | "lease">;

/** The counters as they are at this moment. Nothing here needs a row: one was written when it was granted. */
export function readReports(
  before: KeyCounters,
  checks: readonly (LeaseCheck | SettledCheck)[],
  nowMs: number,
): KeyCounters {
  let live: Map<string, LiveCounter> | undefined;
  for (const asked of checks) {
    const known = live ?? before.live;
    const own = readOne(findCounter(known, asked, nowMs), asked, nowMs);
    const others = readOthers(known, asked, nowMs);
    if (own !== undefined) (live ??= new Map(before.live)).set(toCounterName(asked), own);
    for (const [name, other] of others) (live ??= new Map(before.live)).set(name, other);
  }
  return live === undefined ? before : { ...before, live };
}

const NONE: readonly never[] = [];

/** Each plan's counter holds the leases of all: what is spent, comes back or expires does so in each. */
function readOthers(
  live: KeyCounters["live"],
  asked: LeaseCheck,
  nowMs: number,
): readonly (readonly [name: string, live: LiveCounter])[] {
  if (asked.plan === undefined) return NONE;
  return listSiblings(live, asked).flatMap(({ counterName, live: sibling, settings }) => {
    const after =
      settings === undefined
        ? undefined
        : readOne(sibling, { ...asked, plan: toPlan(counterName), settings }, nowMs);
    return after === undefined ? [] : [[counterName, after] as const];
  });
}

const NEVER_WRITTEN = { written: undefined, expiresAtMs: 0, ...NO_ALLOWANCE } as const;

function readOne(live: LiveCounter | undefined, asked: LeaseCheck, nowMs: number): LiveCounter | undefined {
  const { algorithm, settings, plan, lease: report } = asked;
  if (!isDue(live, asked, nowMs)) return undefined;
  const leases = live?.leases ?? NO_LEASES;
  const counted = { state: toState(live?.counter, algorithm), leases, cutMs: live?.cutMs };
  const expired = expireLeases(asked, counted, nowMs);
  const read = report === undefined ? expired : readReport(asked, expired, { report, nowMs });
  // A counter that only grants leases has not been used yet.
  const state = read.state ?? toAlgorithm(algorithm).charge(settings, undefined, { nowMs, units: 0 });
  const now: LiveCounter = {
    ...(live ?? NEVER_WRITTEN),
    planSettings: plan === undefined ? undefined : settings,
    counter: { algorithm, state },
    cutMs: read.cutMs,
  };
  const present = { ...now, leases: read.leases };
  return read === expired || report === undefined ? present : takeBack(present, expired, report);
}

function takeBack(now: LiveCounter, before: LeasedCounter, report: LeaseReport): LiveCounter {
  const { handedBack, hasReturned } = toReturned(before, report);
  return {
    ...now,
    allowanceUnits: now.allowanceUnits + handedBack,
    hasReturned: hasReturned || now.hasReturned,
  };
}

/** A counter that another algorithm left is left alone: consuming starts it afresh, without leases. */
function isDue(live: LiveCounter | undefined, { algorithm, lease }: LeaseCheck, nowMs: number): boolean {
  if (live === undefined) return lease !== undefined;
  if (live.counter.algorithm !== algorithm) return false;
  return lease !== undefined || nowMs >= (live.leases ?? NO_LEASES).nextExpiryMs;
}

/** What the row still holds aside, and may be taken or granted again; and whether anything came back at all. */
function toReturned(
  { leases }: LeasedCounter,
  { account, spent, kept }: LeaseReport,
): { readonly handedBack: number; readonly hasReturned: boolean } {
  const lease = leases.byAccount.get(account);
  if (lease === undefined) return { handedBack: 0, hasReturned: false };
  const used = Math.max(0, spent - lease.spent) + kept;
  return {
    handedBack: Math.max(0, lease.units - used),
    hasReturned: lease.units + lease.expiredUnits > used,
  };
}

export interface GrantResult {
  readonly leases: LiveCounter["leases"];
  /** Granted just now. */
  readonly grantedUnits: number;
  /** How long a lease of this policy may last; 0: it grants none. */
  readonly leaseMs: number;
}

/** What is in the way of a lease. */
export interface LeaseBounds {
  readonly reserved: number;
  /** What an open blanket still covers of the counter; undefined: none does. */
  readonly room: number | undefined;
}

/** A key that is asked for no longer than this may be one that comes once. */
const YOUNG_MS = 3_000;

/** The leases after this check's report: granted out of what is neither used by then nor reserved. */
export function grantLease(
  live: LiveCounter | undefined,
  { check, state, bounds, nowMs }: { check: Check; state: unknown; bounds: LeaseBounds; nowMs: number },
): GrantResult {
  const leases = live?.leases;
  const { algorithm, settings, cost, lease: report } = check;
  const terms = leases === undefined ? undefined : toLeaseTerms(algorithm, settings);
  if (leases === undefined || terms === undefined) return { leases, grantedUnits: 0, leaseMs: 0 };
  const leaseMs = terms.ttlMs + MARGIN_MS;
  if (report === undefined) return { leases, grantedUnits: 0, leaseMs };
  const units = leases.units + bounds.reserved;
  const aside = toAlgorithm(algorithm).charge(settings, state, { nowMs, units });
  const available = toAlgorithm(algorithm).decide(settings, aside, { nowMs, cost: 0 }).remaining;
  // Most keys come once: a larger lease would be a row and its deletion for each. Where there is a row anyway, it holds one.
  const isYoung = nowMs - (leases.byAccount.get(report.account)?.openedMs ?? nowMs) < YOUNG_MS;
  const isLight = isYoung && report.wantedPerSecond <= 2 * toBlanketUnits(algorithm, settings);
  const room = (bounds.room ?? -1) - cost;
  const most = isLight && room >= 0 ? room : Infinity;
  const after = grant(leases, { report, terms, rules: { algorithm, settings }, available, most, nowMs });
  return { leases: after, grantedUnits: after.units - leases.units, leaseMs };
}

/** Answers a check's report, once all leases are granted. undefined: it has none, or its policy grants none. */
export function answerReport(
  { live }: KeyCounters,
  { check, reserved, nowMs }: { readonly check: Check; readonly reserved: number; readonly nowMs: number },
): LeaseGrant | undefined {
  const { algorithm, settings, lease: report } = check;
  const terms = report === undefined ? undefined : toLeaseTerms(algorithm, settings);
  if (report === undefined || terms === undefined) return undefined;
  const { counter, leases = NO_LEASES } = live.get(toCounterName(check)) ?? {};
  const lease = leases.byAccount.get(report.account);
  const isRead = lease?.seq === report.seq && lease.seenMs === nowMs;
  const ask = (cost: number): CheckVerdict => {
    const asked = { check: { ...check, cost }, counter, reserved, leases: toExpiries(leases), banMs: 0 };
    return decideCheck(asked, nowMs);
  };
  const { remaining, resetMs } = ask(0);
  const next = ask(report.cost);
  return {
    units: isRead ? lease.units : 0,
    ttlMs: terms.ttlMs,
    waitMs: next.outcome === "denied" ? next.retryAfterMs : 0,
    remaining,
    resetMs,
  };
}

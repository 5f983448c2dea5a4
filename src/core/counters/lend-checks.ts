// What leases do to the counters of one key: before anything is decided, those that ended are charged and what isolates
// report is read; afterwards the rest is lent. The way between is key-counters.ts, for one row covers both.

import type { LeaseGrant } from "../leases/lease-messages.ts";
import { MARGIN_MS, toLeaseTerms } from "../leases/lease-terms.ts";
import {
  endLeases,
  lend,
  type LentCounter,
  NOTHING_LENT,
  readReport,
  toEndings,
} from "../leases/lent-quota.ts";
import { decideCheck, toState } from "./decide-checks.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Check, CheckVerdict, SettledCheck } from "./messages.ts";
import { type LiveCounter, UNCOVERED } from "./watermark.ts";

type Asked = Pick<Check, "policy" | "algorithm" | "settings" | "lease">;

/** The counters as they are at this moment. Nothing here needs a row: it was covered when it was lent. */
export function readReports(
  before: KeyCounters,
  checks: readonly (Asked | SettledCheck)[],
  nowMs: number,
): KeyCounters {
  let live: Map<string, LiveCounter> | undefined;
  for (const asked of checks) {
    const counter = before.live.get(asked.policy);
    const after = readOne(counter, asked, nowMs);
    if (after !== undefined) (live ??= new Map(before.live)).set(asked.policy, after);
  }
  return live === undefined ? before : { ...before, live };
}

function readOne(live: LiveCounter | undefined, asked: Asked, nowMs: number): LiveCounter | undefined {
  const { algorithm, settings, lease: report } = asked;
  if (!isDue(live, asked, nowMs)) return undefined;
  const lent = live?.lent ?? NOTHING_LENT;
  const ended = endLeases(asked, { state: toState(live?.counter, algorithm), lent }, nowMs);
  const read = report === undefined ? ended : readReport(asked, ended, { report, nowMs });
  // A counter that only lends has been used by nobody yet.
  const state = read.state ?? toAlgorithm(algorithm).charge(settings, undefined, { nowMs, units: 0 });
  const now: LiveCounter = {
    ...(live ?? { written: undefined, expiresAtMs: 0, ...UNCOVERED }),
    counter: { algorithm, state },
  };
  if (read === ended || report === undefined) return { ...now, lent: read.lent };
  const { handedBack, hasReturned } = toReturned(ended, report);
  return {
    ...now,
    lent: read.lent,
    coverUnits: now.coverUnits + handedBack,
    hasReturned: hasReturned || now.hasReturned,
  };
}

/** A counter that another algorithm left is left alone: consuming starts it afresh, with nothing lent. */
function isDue(live: LiveCounter | undefined, { algorithm, lease }: Asked, nowMs: number): boolean {
  if (live === undefined) return lease !== undefined;
  if (live.counter.algorithm !== algorithm) return false;
  return lease !== undefined || nowMs >= (live.lent ?? NOTHING_LENT).nextEndMs;
}

/** What the row still holds aside, and may be taken or lent again; and whether anything came back at all. */
function toReturned(
  { lent }: LentCounter,
  { account, spent, kept }: NonNullable<Check["lease"]>,
): { readonly handedBack: number; readonly hasReturned: boolean } {
  const lease = lent.leases.get(account);
  if (lease === undefined) return { handedBack: 0, hasReturned: false };
  const used = Math.max(0, spent - lease.spent) + kept;
  return { handedBack: Math.max(0, lease.units - used), hasReturned: lease.units + lease.endedUnits > used };
}

export interface Lent {
  readonly lent: LiveCounter["lent"];
  /** Lent just now. */
  readonly lentUnits: number;
  /** How long a lease of this policy may last; 0: it lends nothing. */
  readonly leaseMs: number;
}

/** What is lent after this check's report: of what neither is used by then nor held. */
export function lendCheck(
  live: LiveCounter | undefined,
  { check, state, held, nowMs }: { check: Check; state: unknown; held: number; nowMs: number },
): Lent {
  const lent = live?.lent;
  const { algorithm, settings, lease: report } = check;
  const terms = lent === undefined ? undefined : toLeaseTerms(algorithm, settings);
  if (lent === undefined || terms === undefined) return { lent, lentUnits: 0, leaseMs: 0 };
  const leaseMs = terms.ttlMs + MARGIN_MS;
  if (report === undefined) return { lent, lentUnits: 0, leaseMs };
  const aside = toAlgorithm(algorithm).charge(settings, state, { nowMs, units: lent.units + held });
  const available = toAlgorithm(algorithm).decide(settings, aside, { nowMs, cost: 0 }).remaining;
  const after = lend(lent, { report, terms, rules: { algorithm, settings }, available, nowMs });
  return { lent: after, lentUnits: after.units - lent.units, leaseMs };
}

/** The answer to a check's report, once all is lent. undefined: it had none, or nobody lends here. */
export function toGrant(
  { live }: KeyCounters,
  { check, held, nowMs }: { readonly check: Check; readonly held: number; readonly nowMs: number },
): LeaseGrant | undefined {
  const { policy, algorithm, settings, lease: report } = check;
  const terms = report === undefined ? undefined : toLeaseTerms(algorithm, settings);
  if (report === undefined || terms === undefined) return undefined;
  const { counter, lent = NOTHING_LENT } = live.get(policy) ?? {};
  const lease = lent.leases.get(report.account);
  const isRead = lease?.seq === report.seq && lease.seenMs === nowMs;
  const ask = (cost: number): CheckVerdict => {
    const asked = { check: { ...check, cost }, counter, held, lent: toEndings(lent), banMs: 0 };
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

// Decides a request in this Worker instance (isolate), from quota leases that counter objects have granted it. Renewals go
// out behind the response; a request never waits for one.

import type { Policy } from "../../core/policies/policy.ts";
import type { Check, CheckVerdict } from "../../core/counters/counter-messages.ts";
import type { IsolateLeases, LeaseAnswer } from "../../core/leases/isolate-leases.ts";
import type { LeaseReport } from "../../core/leases/lease-messages.ts";
import type { LeaseTerms } from "../../core/leases/lease-terms.ts";
import { readClock } from "../../platform/clock.ts";
import type { LimiterContext } from "./limiter.ts";
import type { Group, GroupAnswer } from "./counter-client.ts";

interface Leased {
  readonly policy: string;
  /** Names the lease in this isolate. */
  readonly key: string;
  readonly terms: LeaseTerms;
  readonly answer: LeaseAnswer;
}

/** What leases said of a request. */
export interface LeaseTake {
  readonly cost: number;
  readonly nowMs: number;
  readonly seq: number;
  /** Those policies that may be leased, in the request's order. */
  readonly leased: readonly Leased[];
  /** Every policy was either taken from a lease or refused: nobody has to be asked. */
  readonly isDecided: boolean;
  readonly isRefused: boolean;
  /** A lease should be renewed. */
  readonly isDue: boolean;
}

const isTaken = ({ answer }: Leased): boolean => answer === "taken" || answer === "taken-renew";

const findLeased = (leased: readonly Leased[], policy: string): Leased | undefined =>
  leased.find((one) => one.policy === policy);

/** Takes the cost from every lease that has it. `keys` are the counter keys by policy. undefined: nothing is leased. */
export function takeLeases(
  policies: readonly Policy[],
  keys: ReadonlyMap<string, string>,
  { leases, cost, nowMs }: { readonly leases: IsolateLeases; readonly cost: number; readonly nowMs: number },
): LeaseTake | undefined {
  const leased: Leased[] = [];
  let isDecided = true;
  let isRefused = false;
  let isDue = false;
  for (const { name: policy, lease: terms } of policies) {
    const counterKey = keys.get(policy);
    if (counterKey === undefined) continue;
    if (terms === undefined) {
      isDecided = false;
      continue;
    }
    const key = `${policy}\n${counterKey}`;
    // A peek wants to know what the counter knows.
    const answer = cost === 0 ? "ask" : leases.take(key, cost, nowMs);
    leased.push({ policy, key, terms, answer });
    isDecided &&= answer !== "ask";
    isRefused ||= answer === "denied" || answer === "denied-renew";
    isDue ||= answer === "taken-renew" || answer === "denied-renew";
  }
  return leased.length === 0
    ? undefined
    : { cost, nowMs, seq: leases.seq, leased, isDecided, isRefused, isDue };
}

/** Gives back what was taken: another policy denies. */
export function giveLeasesBack({ leased, cost, seq }: LeaseTake, leases: IsolateLeases): void {
  for (const one of leased) if (isTaken(one)) leases.giveBack(one.key, cost, seq);
}

/** Reserves what was taken while counter objects decide the others. The function that it returns commits or cancels. */
export function holdLeases({ leased, cost }: LeaseTake, leases: IsolateLeases): (isSpent: boolean) => void {
  const reserved = leased.filter(isTaken).flatMap(({ key }) => leases.reserve(key, cost) ?? []);
  return (isSpent) => {
    for (const one of reserved) {
      if (isSpent) leases.commit(one);
      else leases.cancel(one);
    }
  };
}

/** The verdicts of policies that were decided here. */
export function toLeaseVerdicts(
  { leased, nowMs, isDecided }: LeaseTake,
  leases: IsolateLeases,
): readonly CheckVerdict[] {
  const decided = isDecided ? leased : leased.filter(isTaken);
  return decided.map((one) => {
    const { remaining, resetMs, waitMs } = leases.toLeft(one.key, nowMs);
    const { policy } = one;
    return isTaken(one)
      ? { policy, outcome: "allowed", remaining, retryAfterMs: 0, resetMs }
      : {
          policy,
          outcome: "denied",
          remaining,
          retryAfterMs: waitMs,
          resetMs: Math.max(waitMs, resetMs),
        };
  });
}

/** Adds this isolate's unspent leased units to what the counters have left, since they count those as used. */
export function withLeaseUnits(
  { verdicts, ...answer }: GroupAnswer,
  { leased, nowMs }: LeaseTake,
  leases: IsolateLeases,
): GroupAnswer {
  const counted = verdicts.map((verdict) => {
    const key = findLeased(leased, verdict.policy)?.key;
    if (key === undefined) return verdict;
    const { units, remaining } = leases.toLeft(key, nowMs);
    return { ...verdict, remaining: verdict.lease === undefined ? verdict.remaining + units : remaining };
  });
  return { ...answer, verdicts: counted };
}

type Reports = ReadonlyMap<string, LeaseReport>;

/** What has to be asked, without what leases have allowed; with reports where the answer can carry leases. */
export function toAsking(
  groups: readonly Group[],
  take: LeaseTake,
  leases: IsolateLeases,
): { readonly groups: readonly Group[]; readonly reports: Reports } {
  const rest = pickChecks(groups, (check) => {
    const one = findLeased(take.leased, check.policy);
    return one !== undefined && isTaken(one) ? undefined : check;
  });
  if (rest.length > 1) return { groups: rest, reports: new Map() };
  const reports = toReports(take, leases, (one) => !isTaken(one));
  const asked = pickChecks(rest, (check) => ({ ...check, lease: reports.get(check.policy) }));
  return { groups: asked, reports };
}

/** Renews, behind the response, the leases that have to be; those of `reports` were. */
export function renewLeases(
  toGroups: () => readonly Group[],
  take: LeaseTake,
  { gateway: { counters, leases }, waitUntil }: LimiterContext,
): void {
  const reports = toReports(take, leases, ({ key }) => leases.isDue(key, take.cost, take.nowMs));
  if (reports.size === 0) return;
  const renewals = pickChecks(toGroups(), (check) => {
    const lease = reports.get(check.policy);
    return lease === undefined ? undefined : { ...check, cost: 0, lease };
  });
  const sentMs = readClock();
  for (const group of renewals) {
    const asked = counters.ask(group, { phase: "take", id: crypto.randomUUID() }, { waitUntil });
    waitUntil(asked.then((answer) => acceptGrants(answer, take, { leases, reports, sentMs, group })));
  }
}

interface Answered {
  readonly leases: IsolateLeases;
  readonly reports: Reports;
  readonly sentMs: number;
  readonly group: Group;
}

/** Accepts what a counter object granted, and notes what it denied. */
export function acceptGrants(
  { verdicts, failure }: GroupAnswer,
  { leased, cost }: LeaseTake,
  { leases, reports, sentMs }: Answered,
): void {
  const nowMs = readClock();
  for (const verdict of verdicts) {
    const { policy, outcome, retryAfterMs: waitMs, isTentative, lease: grant } = verdict;
    const key = findLeased(leased, policy)?.key;
    if (key === undefined) continue;
    const seq = reports.get(policy)?.seq;
    if (failure !== undefined) {
      if (seq !== undefined) leases.fail(key, seq, nowMs);
      continue;
    }
    if (outcome === "denied" && isTentative !== true)
      leases.noteDenial(key, { cost, waitMs }, { sentMs, nowMs });
    if (seq !== undefined) leases.accept(key, { seq, grant }, { sentMs, nowMs });
    else if (outcome === "allowed") leases.noteRemaining(key, verdict, nowMs);
  }
}

function toReports(
  { leased, cost }: LeaseTake,
  leases: IsolateLeases,
  isAsked: (one: Leased) => boolean,
): Reports {
  const nowMs = readClock();
  const reports = new Map<string, LeaseReport>();
  for (const one of leased) {
    const report = isAsked(one) ? leases.report(one.key, { cost, terms: one.terms }, nowMs) : undefined;
    if (report !== undefined) reports.set(one.policy, report);
  }
  return reports;
}

/** The groups with what `pick` makes of their checks; without those of which it makes nothing. */
function pickChecks(groups: readonly Group[], pick: (check: Check) => Check | undefined): readonly Group[] {
  return groups.flatMap((group) => {
    const keys = group.keys.flatMap(({ key, checks }) => {
      const picked = checks.flatMap((check) => pick(check) ?? []);
      return picked.length === 0 ? [] : [{ key, checks: picked }];
    });
    if (keys.length === 0) return [];
    const names = new Set(keys.flatMap(({ checks }) => checks.map(({ policy }) => policy)));
    return [{ ...group, keys, policies: group.policies.filter(({ name }) => names.has(name)) }];
  });
}

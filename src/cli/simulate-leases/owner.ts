// The counter object of the simulation: one counter, decided and lent by the code that ships, with one row that outlives
// it. What it does to a message is what the counter table does.

import { decideChecks, toAlgorithm } from "../../core/counters/decide-checks.ts";
import type { Check, CheckVerdict } from "../../core/counters/messages.ts";
import type { LeaseGrant, LeaseReport } from "../../core/lease/lease-messages.ts";
import { MARGIN_MS, toLeaseTerms } from "../../core/lease/lease-terms.ts";
import {
  endLeases,
  lend,
  type LentCounter,
  NOTHING_LENT,
  readReport,
  type Rules,
} from "../../core/lease/lent-quota.ts";
import { coverUse, type RowCover, UNCOVERED, type Use } from "../../core/lease/row-cover.ts";

export interface Message {
  /** 0 asks for nothing but a lease. */
  readonly cost: number;
  readonly report: LeaseReport | undefined;
}

export interface Reply {
  readonly verdict: CheckVerdict;
  readonly grant: LeaseGrant | undefined;
}

interface Row {
  readonly state: unknown;
  readonly units: number;
  readonly untilMs: number;
}

const NEVER_SEEN: LentCounter = { state: undefined, lent: NOTHING_LENT };

export class Owner {
  readonly #rules: Rules;
  readonly #terms: ReturnType<typeof toLeaseTerms>;
  #counter: LentCounter = NEVER_SEEN;
  #cover: RowCover = UNCOVERED;
  #row: string | undefined;
  #clockMs = 0;
  calls = 0;
  rows = 0;

  constructor(rules: Rules, mayLease = true) {
    this.#rules = rules;
    this.#terms = mayLease ? toLeaseTerms(rules.algorithm, rules.settings) : undefined;
  }

  /** Units that are lent out at this moment. */
  get lentUnits(): number {
    return this.#counter.lent.units;
  }

  handle({ cost, report }: Message, clockMs: number): Reply {
    this.#clockMs = Math.max(this.#clockMs, Math.floor(clockMs));
    const nowMs = this.#clockMs;
    this.calls += 1;
    const ended = endLeases(this.#rules, this.#counter, nowMs);
    const before = report === undefined ? ended : readReport(this.#rules, ended, { report, nowMs });
    const verdict = this.#decide(before, cost, nowMs);
    const taken = verdict.outcome === "allowed" && cost > 0 ? this.#take(before, cost, nowMs) : before;
    const counter = { state: taken.state, lent: this.#lend(taken, report, nowMs) };
    const grant = this.#toGrant(counter, report, nowMs);
    const lentBefore = ended.lent.units - toCharged(ended, before, report);
    const units = (taken === before ? 0 : cost) + counter.lent.units - lentBefore;
    const endsMs = grant === undefined || grant.units === 0 ? nowMs : nowMs + grant.ttlMs + MARGIN_MS;
    this.#write(counter, { units, endsMs }, nowMs);
    this.#counter = counter;
    return { verdict, grant };
  }

  /** All that was in memory is lost. */
  restart(): void {
    this.#cover = UNCOVERED;
    this.#counter = NEVER_SEEN;
    if (this.#row === undefined) return;
    const row = JSON.parse(this.#row) as Row;
    const state = toAlgorithm(this.#rules.algorithm).parseState(row.state);
    if (!state.ok) throw new Error("a row that cannot be read");
    const lease = { units: row.units, endsMs: row.untilMs, endedUnits: 0, seq: Infinity, spent: 0 };
    const leases = new Map([["", { ...lease, wantedPerMs: 0, seenMs: 0, grantedMs: 0 }]]);
    this.#counter = {
      state: state.value,
      lent: { leases, units: row.units, nextEndMs: row.units === 0 ? Infinity : row.untilMs },
    };
  }

  #decide({ state, lent }: LentCounter, cost: number, nowMs: number): CheckVerdict {
    const { algorithm, settings } = this.#rules;
    const check: Check = { policy: "p", algorithm, settings, cost };
    const counter = state === undefined ? undefined : { algorithm, state };
    const { verdicts } = decideChecks([{ check, counter, held: lent.units, banMs: 0 }], nowMs);
    const [verdict] = verdicts;
    if (verdict === undefined) throw new Error("no verdict");
    return verdict;
  }

  #take({ state, lent }: LentCounter, cost: number, nowMs: number): LentCounter {
    const { algorithm, settings } = this.#rules;
    return { state: toAlgorithm(algorithm).decide(settings, state, { nowMs, cost }).state, lent };
  }

  #lend(counter: LentCounter, report: LeaseReport | undefined, nowMs: number): LentCounter["lent"] {
    if (report === undefined || this.#terms === undefined) return counter.lent;
    const available = this.#decide(counter, 0, nowMs).remaining;
    return lend(counter.lent, { report, terms: this.#terms, available, nowMs });
  }

  #toGrant(counter: LentCounter, report: LeaseReport | undefined, nowMs: number): LeaseGrant | undefined {
    if (report === undefined || this.#terms === undefined) return undefined;
    const lease = counter.lent.leases.get(report.account);
    const isRead = lease?.seq === report.seq && lease.seenMs === nowMs;
    const next = this.#decide(counter, report.cost, nowMs);
    const waitMs = next.outcome === "denied" ? next.retryAfterMs : 0;
    return { units: isRead ? lease.units : 0, ttlMs: this.#terms.ttlMs, waitMs };
  }

  #write({ state, lent }: LentCounter, use: Use, nowMs: number): void {
    const leaseMs = this.#terms === undefined ? 0 : this.#terms.ttlMs + MARGIN_MS;
    if (use.units === 0 && use.endsMs === nowMs) return;
    const { cover, row } = coverUse(this.#cover, use, { nowMs, leaseMs });
    this.#cover = cover;
    if (row === undefined) return;
    this.rows += 1;
    this.#row = JSON.stringify({ state, units: lent.units + row.units, untilMs: row.untilMs });
  }
}

/** Units that a report has moved from lent to used: what the row covers is the same. */
function toCharged(before: LentCounter, after: LentCounter, report: LeaseReport | undefined): number {
  const lease = report === undefined ? undefined : before.lent.leases.get(report.account);
  if (report === undefined || lease === undefined || before === after) return 0;
  return Math.min(lease.units, Math.max(0, report.spent - lease.spent));
}

// One origin pool as this isolate sees it: its members' states, its retry budget, and the once-a-second exchange with the
// pool's health object, by which all isolates know within seconds what one of them saw. Never in a request's way.

import { type MemberShown, MemberStates } from "../../core/origins/member-states.ts";
import { Lateness } from "../../core/outbound/lateness.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import type { MemberView } from "../../core/origins/pool-health.ts";
import { earn, NEW_BUDGET, type RetryBudget, spend } from "../../core/origins/retry-budget.ts";
import type { StatsNow } from "../../core/stats/stats-messages.ts";
import { isPermit } from "../../core/policies/policy.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { writeLog } from "../../platform/log.ts";
import { FeedbackClient } from "./feedback-client.ts";
import type { Outbound } from "./outbound-call.ts";
import { PlainFeedback } from "./plain-feedback.ts";
import { Poll } from "../request/poll.ts";
import type { Waiting, WaitingLines } from "./waiting-lines.ts";

/** While requests come, what one isolate saw is known to the others within twice this and two calls. */
const REPORT_MS = 1_000;

export class PoolClient {
  readonly pool: OriginPool;
  readonly states: MemberStates;
  /** undefined: nobody counts the pool's calls or hears what it says of them. */
  readonly outbound: Outbound | undefined;
  /** What cannot be told is lost: this isolate goes on with what it sees itself. */
  readonly #poll: Poll<readonly MemberView[]>;
  #budget: RetryBudget = NEW_BUDGET;

  constructor(pool: OriginPool, bindings: Pick<Bindings, "HEALTH" | "FEEDBACK">, lines: WaitingLines) {
    this.pool = pool;
    const { name, members, breaker, checks, outbound: settings } = pool;
    const feedback =
      pool.feedback === undefined
        ? new PlainFeedback(members.length)
        : new FeedbackClient(pool, pool.feedback, bindings.FEEDBACK);
    const holdsPermits = settings?.limited.policies.some(isPermit) === true;
    this.outbound = settings && {
      pool: name,
      settings,
      holdsPermits,
      feedback,
      lines,
      lateness: new Lateness(),
    };
    this.states = new MemberStates(pool, (url, state, paths) => {
      writeLog("origin", { pool: name, origin: url, state, paths });
    });
    this.#poll = new Poll({
      refreshMs: REPORT_MS,
      ask: async () =>
        await bindings.HEALTH.getByName(name).report({ members, breaker, checks }, this.states.takeReports()),
      learn: (views) => {
        this.states.learn(views, readClock());
      },
    });
  }

  /** Counts a client's request. */
  begin(waitUntil: (promise: Promise<unknown>) => void): void {
    this.#budget = earn(this.#budget, this.pool.retries.budgetPercent);
    this.#poll.refresh(readClock(), waitUntil);
  }

  /** Whether the budget has a retry left, which it then has no more. */
  takeRetry(isElsewhere: boolean): boolean {
    const left = spend(this.#budget, { isElsewhere });
    if (left === undefined) return false;
    this.#budget = left;
    return true;
  }
}

/** What of the pools is true at this moment in this isolate: for statistics. */
export function showNow(clients: ReadonlyMap<OriginPool, PoolClient>): StatsNow {
  const nowMs = readClock();
  const pools = [...clients].map(([{ name: pool }, { states, outbound }]) => ({
    pool,
    origins: states.show(nowMs).map(({ url: origin, state }) => ({ origin, states: { [state]: 1 } })),
    waiting: outbound?.lines.count(pool) ?? {},
  }));
  const usage = [...clients.values()].flatMap(({ pool: { name }, outbound }) =>
    (outbound?.feedback.show(nowMs) ?? []).map(({ quota, share, resetMs }) => ({
      pool: name,
      quota,
      share,
      resetMs,
    })),
  );
  return { pools, usage };
}

export interface ShownPool {
  readonly pool: string;
  readonly origins: readonly MemberShown[];
  /** Requests that wait for quota, by priority; only where calls are counted. */
  readonly waiting: Waiting | undefined;
}

/** The state of every member and who waits for quota, as this isolate sees it: for the admin API. */
export function showPools(clients: ReadonlyMap<OriginPool, PoolClient>): readonly ShownPool[] {
  const nowMs = readClock();
  return [...clients].map(([{ name }, { states, outbound }]) => ({
    pool: name,
    origins: states.show(nowMs),
    waiting: outbound?.lines.count(name),
  }));
}

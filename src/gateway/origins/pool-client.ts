// One origin pool as this isolate sees it: its members' states, its retry budget, and the once-a-second exchange with the
// pool's health object, by which all isolates know within seconds what one of them saw. Never in a request's way.

import { MemberStates } from "../../core/origins/member-states.ts";
import type { OriginPool } from "../../core/origins/origin-pool.ts";
import type { HealthReply, MemberView } from "../../core/origins/pool-health.ts";
import { earn, NEW_BUDGET, type RetryBudget, spend } from "../../core/origins/retry-budget.ts";
import { LoadGate } from "../../core/shedding/load-gate.ts";
import { type LoadReport, type LoadView, ON_TIME_MS, RANKS } from "../../core/shedding/load.ts";
import { isRay } from "../../core/http/request-id.ts";
import { toFirstDelayMs } from "../../core/report-pace.ts";
import type { Bindings } from "../../platform/bindings.ts";
import { readClock } from "../../platform/clock.ts";
import { writeLog } from "../../platform/log.ts";
import { createOutbounds, type Outbound } from "./outbound.ts";
import type { RequestFacts } from "../request/request-facts.ts";
import { Poll } from "../request/poll.ts";

/** While requests come, what one isolate saw is known to the others within twice this and two calls. */
const REPORT_MS = 1_000;
/** The first report of a new isolate: a deploy starts all at once. */
const FIRST = { fromMs: 0, spreadMs: 22_000 } as const;
/** One request's background reports on time for no longer, and is thought to be gone when it has not for so long. */
const ON_TIME_MS_MAX = 10_000;
const OVERDUE_MS = 2_000;
const PAUSE_MS_MIN = 50;

type WaitUntil = (promise: Promise<unknown>) => void;

interface PoolContext extends Pick<Outbound, "lines" | "hasPriorities"> {
  /** Limits of policies follow how much it lets in. */
  readonly isFollowed: boolean;
}

export class PoolClient {
  readonly pool: OriginPool;
  readonly #isFollowed: boolean;
  readonly states: MemberStates;
  /**
   * One, or one for each member where these are accounts of their own; none where nobody counts the pool's calls or hears
   * what it says of them.
   */
  readonly outbounds: readonly Outbound[];
  /** Who is let in while the origin has too much to do; undefined: everybody. */
  readonly gate: LoadGate | undefined;
  /** What cannot be told is lost: this isolate goes on with what it sees itself. */
  readonly #poll: Poll<HealthReply>;
  /** When the health object wants the next report; before the first when this isolate makes it. */
  #dueMs: number | undefined;
  #isKnown = false;
  #beganMs = -Infinity;
  /** Until then a request's background reports on time. */
  #onTimeUntilMs = -Infinity;
  #isolate: string | undefined;
  #budget: RetryBudget = NEW_BUDGET;

  constructor(
    pool: OriginPool,
    bindings: Pick<Bindings, "HEALTH" | "FEEDBACK">,
    { isFollowed, ...shared }: PoolContext,
  ) {
    this.pool = pool;
    this.#isFollowed = isFollowed;
    const { name, members, breaker, checks } = pool;
    this.outbounds = createOutbounds(pool, bindings.FEEDBACK, shared);
    this.states = new MemberStates(pool, (url, state, paths) => {
      writeLog("origin", { pool: name, origin: url, state, paths });
    });
    this.gate = pool.adapt && new LoadGate(pool.adapt.isShadow);
    this.#poll = new Poll({
      refreshMs: REPORT_MS,
      ask: async () =>
        await bindings.HEALTH.getByName(name).report(
          { members, breaker, checks },
          this.states.takeReports(),
          ...this.#takeLoad(),
        ),
      learn: (reply) => {
        const { views, nextMs, load } = toReply(reply);
        const nowMs = readClock();
        this.#dueMs = nowMs + nextMs;
        this.#isKnown = true;
        this.states.learn(views, nowMs, nextMs);
        if (load !== undefined) this.#learnLoad(load, nowMs, nextMs);
      },
    });
  }

  /** Of its first member, where they differ; undefined: there is none. */
  get outbound(): Outbound | undefined {
    return this.outbounds[0];
  }

  /** Whether its members are accounts of their own. */
  get hasAccounts(): boolean {
    return this.pool.outbound?.byMember !== undefined;
  }

  /** Counts a client's request. A new isolate that sees a failure wants to know at once what the others know. */
  begin(facts: Pick<RequestFacts, "requestId">, waitUntil: WaitUntil): void {
    this.#budget = earn(this.#budget, this.pool.retries.budgetPercent);
    const nowMs = readClock();
    this.#dueMs ??= nowMs + toFirstDelayMs(isRay(facts.requestId), FIRST, Math.random());
    this.#beganMs = nowMs;
    const { gate } = this;
    const isUrgent = !this.#isKnown && (this.states.hasFailed || gate?.isBusy === true);
    if (nowMs >= this.#dueMs || isUrgent) this.#poll.refresh(nowMs, waitUntil);
    else if (gate?.hasNews(nowMs) === true) this.#poll.refresh(nowMs, waitUntil, 0);
    this.#keepOnTime(nowMs, waitUntil);
  }

  /** Goes on hearing how much is let in where limits that follow it refuse all requests. */
  hear(nowMs: number, waitUntil: WaitUntil): void {
    if (this.#dueMs !== undefined && nowMs >= this.#dueMs) this.#poll.refresh(nowMs, waitUntil);
  }

  /**
   * While load is shed this isolate reports when it is time, and not only when a request comes: of hundreds of isolates each has
   * one or two a second, and what they wait for is a second that is lost.
   */
  #keepOnTime(nowMs: number, waitUntil: WaitUntil): void {
    if (!this.#isLoadShed(nowMs) || nowMs < this.#onTimeUntilMs) return;
    this.#onTimeUntilMs = nowMs + OVERDUE_MS;
    waitUntil(this.#reportOnTime(nowMs + ON_TIME_MS_MAX, waitUntil));
  }

  async #reportOnTime(untilMs: number, waitUntil: WaitUntil): Promise<void> {
    for (let nowMs = readClock(); nowMs < untilMs && this.#isOnTime(nowMs); nowMs = readClock()) {
      // Until what was asked for has come it is due all the while.
      const dueInMs = (this.#dueMs ?? nowMs) - nowMs;
      const pauseMs = Math.min(Math.max(PAUSE_MS_MIN, dueInMs), untilMs - nowMs);
      // Whoever comes after this and finds it overdue goes on in its place: it was cut off.
      this.#onTimeUntilMs = nowMs + pauseMs + OVERDUE_MS;
      await scheduler.wait(pauseMs);
      this.hear(readClock(), waitUntil);
    }
    this.#onTimeUntilMs = -Infinity;
  }

  #isLoadShed(nowMs: number): boolean {
    return this.gate !== undefined && this.gate.view(nowMs).open < RANKS;
  }

  #isOnTime(nowMs: number): boolean {
    return this.#isLoadShed(nowMs) && nowMs - this.#beganMs < ON_TIME_MS;
  }

  /** The global scope has no randomness: its name is made with the first report. */
  #takeLoad(): readonly LoadReport[] {
    if (this.gate === undefined) return [];
    this.#isolate ??= crypto.randomUUID();
    return [this.gate.take(this.#isolate, readClock())];
  }

  /** Says so where requests begin to be refused, or are all let in again, and where limits that follow it change. */
  #learnLoad(load: LoadView, nowMs: number, nextMs: number): void {
    const { gate } = this;
    if (gate === undefined) return;
    const before = gate.view(nowMs);
    gate.learn(load, nowMs, nextMs);
    const { name: pool, adapt } = this.pool;
    const mode = adapt?.isShadow === true ? "shadow" : "enforce";
    const isShedding = load.open < RANKS;
    if (before.open < RANKS !== isShedding)
      writeLog("origin", { pool, state: isShedding ? "shedding" : "open", open: load.open, mode });
    const isLower = load.eased !== undefined;
    if (this.#isFollowed && (before.eased !== undefined) !== isLower)
      writeLog("origin", { pool, state: isLower ? "limits-lower" : "limits-whole", mode });
  }

  /** Whether the budget has a retry left, which it then has no more. */
  takeRetry(isElsewhere: boolean): boolean {
    const left = spend(this.#budget, { isElsewhere });
    if (left === undefined) return false;
    this.#budget = left;
    return true;
  }
}

/** An object of the version before answers views alone. */
function toReply(reply: HealthReply | readonly MemberView[]): HealthReply {
  return "nextMs" in reply ? reply : { views: reply, nextMs: REPORT_MS };
}

// What one isolate knows of the members of one pool, and what it has yet to tell the others. Mutable, because every request
// changes it; time is an argument.

import { type BreakerPhase, CLOSED, openUntil, recordAnswers, startAsking, toPhase } from "./breaker.ts";
import { chooseMember, type Chooser, type MemberState, toWaitMs } from "./choose-member.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { MemberReport, MemberView } from "./pool-health.ts";

/** What was learnt of active checks and is older than this is not used: who does not know asks. */
const VIEW_MS_MAX = 30_000;

/** For so long a good answer outweighs what other isolates say of a member. */
const GOOD_MS = 1_000;

export interface Asked {
  readonly at: number;
  readonly turn: number;
}

export interface MemberShown {
  readonly url: string;
  readonly state: BreakerPhase | "down";
}

export type OnChange = (url: string, state: "open" | "closed" | "down" | "up") => void;

export class MemberStates {
  readonly #pool: OriginPool;
  readonly #onChange: OnChange;
  #states: MemberState[];
  /** Answers not reported yet, by the member's place. */
  #counts: Counts[];
  /** When each member last answered well. */
  readonly #goodMs: number[];
  #learntMs = -Infinity;

  constructor(pool: OriginPool, onChange: OnChange) {
    this.#pool = pool;
    this.#onChange = onChange;
    this.#states = pool.members.map(() => UNKNOWN);
    this.#counts = pool.members.map(toNone);
    this.#goodMs = pool.members.map(() => -Infinity);
  }

  choose(chooser: Chooser): number | undefined {
    if (chooser.nowMs - this.#learntMs > VIEW_MS_MAX) this.#forgetChecks();
    return chooseMember(this.#pool, this.#states, chooser);
  }

  waitMs(nowMs: number): number {
    return toWaitMs(this.#pool, this.#states, nowMs);
  }

  startAsking(at: number, nowMs: number): Asked {
    const state = this.#at(at);
    const breaker = startAsking(this.#pool.breaker, state.breaker, nowMs);
    this.#set(at, breaker === state.breaker ? state : { ...state, breaker });
    return { at, turn: breaker.turn };
  }

  record({ at, turn }: Asked, { isBad, nowMs }: { readonly isBad: boolean; readonly nowMs: number }): void {
    const bad = isBad ? 1 : 0;
    const state = this.#at(at);
    const outcome = { nowMs, turn, answers: 1, bad, failures: bad };
    this.#set(at, { ...state, breaker: recordAnswers(this.#pool.breaker, state.breaker, outcome) });
    if (!isBad) this.#goodMs[at] = nowMs;
    const counts = this.#counts[at];
    if (counts === undefined) return;
    counts.answers += 1;
    counts.bad += bad;
    counts.failures = isBad ? counts.failures + 1 : 0;
  }

  /** What was seen since the last call. */
  takeReports(): readonly MemberReport[] {
    const taken = this.#counts;
    this.#counts = this.#pool.members.map(toNone);
    const reports = this.#pool.members.map(({ url }, at) => ({ url, ...(taken[at] ?? toNone()) }));
    return reports.filter(({ answers }) => answers > 0);
  }

  /**
   * Takes over what the isolates know together: what others opened is open here too, unless it answers well here. An isolate that cannot reach an origin must not shut it for those that can.
   */
  learn(views: readonly MemberView[], nowMs: number): void {
    this.#learntMs = nowMs;
    for (const { url, openForMs, isDown, upForMs } of views) {
      const at = this.#pool.members.findIndex((member) => member.url === url);
      if (at === -1) continue;
      const { breaker } = this.#at(at);
      const isHeard = openForMs > 0 && nowMs - (this.#goodMs[at] ?? -Infinity) >= GOOD_MS;
      this.#set(at, {
        breaker: isHeard ? openUntil(breaker, nowMs + openForMs) : breaker,
        isDown,
        upSinceMs: upForMs === null ? -Infinity : nowMs - upForMs,
      });
    }
  }

  show(nowMs: number): readonly MemberShown[] {
    return this.#pool.members.map(({ url }, at) => {
      const { isDown, breaker } = this.#at(at);
      return { url, state: isDown ? "down" : toPhase(breaker, nowMs) };
    });
  }

  #forgetChecks(): void {
    for (const [at, state] of this.#states.entries())
      if (state.isDown) this.#set(at, { ...state, isDown: false });
  }

  #at(at: number): MemberState {
    return this.#states[at] ?? UNKNOWN;
  }

  #set(at: number, state: MemberState): void {
    const before = this.#at(at);
    this.#states[at] = state;
    const url = this.#pool.members[at]?.url ?? "";
    if (before.breaker.isOpen !== state.breaker.isOpen)
      this.#onChange(url, state.breaker.isOpen ? "open" : "closed");
    if (before.isDown !== state.isDown) this.#onChange(url, state.isDown ? "down" : "up");
  }
}

interface Counts {
  answers: number;
  bad: number;
  failures: number;
}

const UNKNOWN: MemberState = Object.freeze({ breaker: CLOSED, isDown: false, upSinceMs: -Infinity });
const toNone = (): Counts => ({ answers: 0, bad: 0, failures: 0 });

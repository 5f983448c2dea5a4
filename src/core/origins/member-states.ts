// What one isolate knows of the members of one pool, and what it has yet to report. Mutable, because every request changes
// it; time is an argument.

import { type BreakerPhase, openUntil, recordAnswers, startAsking, toPhase } from "./origin-breaker.ts";
import { chooseMember, type Chooser, type MemberState, toWaitMs, UNKNOWN } from "./choose-member.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { MemberReport, MemberView } from "./pool-health.ts";

/** How long the results of health checks are used. Without results a member may be asked. */
const VIEW_MS_MAX = 30_000;

/** How long a good answer here outweighs reports of other isolates. */
const GOOD_MS = 1_000;

/** A member, and the answers of it that are not reported yet. */
interface Known extends MemberState {
  readonly url: string;
  answers: number;
  bad: number;
  failures: number;
  /** When it last answered well. */
  goodMs: number;
}

export interface MemberCall {
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
  readonly #members: Known[];
  #learntMs = -Infinity;

  constructor(pool: OriginPool, onChange: OnChange) {
    this.#pool = pool;
    this.#onChange = onChange;
    this.#members = pool.members.map(({ url }) => ({ ...UNKNOWN, ...NONE, url, goodMs: -Infinity }));
  }

  choose(chooser: Chooser): number | undefined {
    if (chooser.nowMs - this.#learntMs > VIEW_MS_MAX)
      for (const known of this.#members) this.#set(known, { isDown: false });
    return chooseMember(this.#pool, this.#members, chooser);
  }

  waitMs(nowMs: number): number {
    return toWaitMs(this.#pool, this.#members, nowMs);
  }

  startAsking(at: number, nowMs: number): MemberCall {
    const known = this.#members[at];
    if (known === undefined) return { at, turn: 0 };
    const breaker = startAsking(this.#pool.breaker, known.breaker, nowMs);
    this.#set(known, { breaker });
    return { at, turn: breaker.turn };
  }

  record(
    { at, turn }: MemberCall,
    { isBad, nowMs }: { readonly isBad: boolean; readonly nowMs: number },
  ): void {
    const known = this.#members[at];
    if (known === undefined) return;
    const bad = isBad ? 1 : 0;
    const outcome = { nowMs, turn, answers: 1, bad, failures: bad };
    this.#set(known, { breaker: recordAnswers(this.#pool.breaker, known.breaker, outcome) });
    known.answers += 1;
    known.bad += bad;
    known.failures = isBad ? known.failures + 1 : 0;
    if (!isBad) known.goodMs = nowMs;
  }

  /** Returns what was seen since the last call. */
  takeReports(): readonly MemberReport[] {
    const reports = this.#members
      .filter(({ answers }) => answers > 0)
      .map(({ url, answers, bad, failures }) => ({ url, answers, bad, failures }));
    for (const known of this.#members) Object.assign(known, NONE);
    return reports;
  }

  /**
   * Learns what the isolates know together. A breaker that others opened is open here too, unless the member answers well
   * here: an isolate that cannot reach an origin must not shut it for those that can.
   */
  learn(views: readonly MemberView[], nowMs: number): void {
    this.#learntMs = nowMs;
    for (const { url, openForMs, isDown, upForMs } of views) {
      const known = this.#members.find((member) => member.url === url);
      if (known === undefined) continue;
      const { breaker, goodMs } = known;
      const isHeard = openForMs > 0 && nowMs - goodMs >= GOOD_MS;
      this.#set(known, {
        breaker: isHeard ? openUntil(breaker, nowMs + openForMs) : breaker,
        isDown,
        upSinceMs: upForMs === null ? -Infinity : nowMs - upForMs,
      });
    }
  }

  show(nowMs: number): readonly MemberShown[] {
    return this.#members.map(({ url, isDown, breaker }) => ({
      url,
      state: isDown ? "down" : toPhase(breaker, nowMs),
    }));
  }

  #set(known: Known, changes: Partial<MemberState>): void {
    const { url, breaker, isDown } = known;
    Object.assign(known, changes);
    if (breaker.isOpen !== known.breaker.isOpen)
      this.#onChange(url, known.breaker.isOpen ? "open" : "closed");
    if (isDown !== known.isDown) this.#onChange(url, known.isDown ? "down" : "up");
  }
}

const NONE = Object.freeze({ answers: 0, bad: 0, failures: 0 });

// What one isolate knows of the members of one pool, and what it has yet to report. Mutable, because every request changes
// it; time is an argument.

import { type BreakerPhase, openUntil, recordAnswers, startAsking, toPhase } from "./origin-breaker.ts";
import { chooseMember, type Chooser, type MemberState, toWaitMs, UNKNOWN } from "./choose-member.ts";
import {
  addBadPath,
  addGoodPath,
  type FailingPaths,
  isConcerned,
  isEveryPath,
  NO_PATHS,
  toPathsReport,
  withoutWindow,
} from "./failing-paths.ts";
import type { OriginPool } from "./origin-pool.ts";
import type { MemberReport, MemberView } from "./pool-health.ts";

/** How long the results of health checks are used. Without results a member may be asked. */
const VIEW_MS_MAX = 30_000;

/** How long a good answer here outweighs reports of other isolates. */
const GOOD_MS = 1_000;

/** A member, and the answers of it that are not reported yet. */
interface Known extends MemberState {
  readonly url: string;
  readonly paths: FailingPaths;
  answers: number;
  bad: number;
  failures: number;
  /** When it last answered well. */
  goodMs: number;
}

interface Recorded {
  readonly isBad: boolean;
  readonly nowMs: number;
  readonly path?: number | undefined;
}

export interface MemberCall {
  readonly at: number;
  readonly turn: number;
}

export interface MemberShown {
  readonly url: string;
  readonly state: BreakerPhase | "down" | "rejected";
  /** How many paths the breaker holds for; undefined: for all, or for none. */
  readonly paths?: number | undefined;
}

export type OnChange = (
  url: string,
  state: "open" | "closed" | "down" | "up" | "rejected",
  paths?: number,
) => void;

/** Of a request that an open breaker does not hold for: its answer moves no breaker. */
const NO_TURN = -1;

export class MemberStates {
  readonly #pool: OriginPool;
  readonly #onChange: OnChange;
  readonly #members: Known[];
  /** Until when what checks found is used. */
  #learntUntilMs = -Infinity;

  constructor(pool: OriginPool, onChange: OnChange) {
    this.#pool = pool;
    this.#onChange = onChange;
    this.#members = pool.members.map(({ url }) => ({
      ...UNKNOWN,
      ...NONE,
      paths: NO_PATHS,
      url,
      goodMs: -Infinity,
    }));
  }

  choose(chooser: Chooser): number | undefined {
    if (chooser.nowMs > this.#learntUntilMs)
      for (const known of this.#members) this.#set(known, { isDown: false });
    return chooseMember(this.#pool, this.#members, chooser);
  }

  waitMs(nowMs: number): number {
    return toWaitMs(this.#pool, this.#members, nowMs);
  }

  /** `path` is a hash; undefined: of no path in particular. */
  startAsking(at: number, nowMs: number, path?: number): MemberCall {
    const known = this.#members[at];
    if (known === undefined) return { at, turn: 0 };
    if (known.breaker.isOpen && !isConcerned(this.#pool.breaker, known.paths, path))
      return { at, turn: NO_TURN };
    const breaker = startAsking(this.#pool.breaker, known.breaker, nowMs);
    this.#set(known, { breaker });
    return { at, turn: breaker.turn };
  }

  /** Whether another member has answered well here since then, and this one has not. */
  isLateAlone(at: number, sinceMs: number): boolean {
    const isWell = ({ goodMs }: Known): boolean => goodMs >= sinceMs;
    const known = this.#members[at];
    return known !== undefined && !isWell(known) && this.#members.some(isWell);
  }

  /** `path` is what was asked for; undefined where a bad answer has nothing to do with it. */
  record({ at, turn }: MemberCall, { isBad, nowMs, path }: Recorded): void {
    const known = this.#members[at];
    if (known === undefined) return;
    const bad = isBad ? 1 : 0;
    const outcome = { nowMs, turn, answers: 1, bad, failures: bad };
    const isWindowOver = !known.breaker.isOpen && nowMs >= known.breaker.windowEndsMs;
    const before = isWindowOver ? withoutWindow(known.paths) : known.paths;
    this.#set(known, {
      breaker: recordAnswers(this.#pool.breaker, known.breaker, outcome),
      paths: isBad ? addBadPath(before, path) : addGoodPath(before, path),
    });
    known.answers += 1;
    known.bad += bad;
    known.failures = isBad ? known.failures + 1 : 0;
    if (!isBad) known.goodMs = nowMs;
  }

  /** The origin takes its credential for none: no other is tried with it before `untilMs`. */
  reject(at: number, untilMs: number): void {
    const known = this.#members[at];
    if (known === undefined) return;
    Object.assign(known, { rejectedUntilMs: untilMs });
    this.#onChange(known.url, "rejected");
  }

  /** Whether a member answered badly, and it is not reported yet. */
  get hasFailed(): boolean {
    return this.#members.some(({ bad }) => bad > 0);
  }

  /** Returns what was seen since the last call. */
  takeReports(): readonly MemberReport[] {
    const reports = this.#members
      .filter(({ answers }) => answers > 0)
      .map(({ url, answers, bad, failures, paths }) => ({
        url,
        answers,
        bad,
        failures,
        paths: toPathsReport(paths),
      }));
    for (const known of this.#members) Object.assign(known, NONE);
    return reports;
  }

  /**
   * Learns what the isolates know together. A breaker that others opened is open here too, unless the member answers well
   * here: an isolate that cannot reach an origin must not shut it for those that can. `nextMs`: when it learns again.
   */
  learn(views: readonly MemberView[], nowMs: number, nextMs = 0): void {
    this.#learntUntilMs = nowMs + Math.max(VIEW_MS_MAX, 2 * nextMs);
    for (const { url, openForMs, isDown, upForMs, paths } of views) {
      const known = this.#members.find((member) => member.url === url);
      if (known === undefined) continue;
      const { breaker, goodMs } = known;
      const isHeard = openForMs > 0 && nowMs - goodMs >= GOOD_MS;
      const failing = paths === undefined ? [undefined] : paths;
      this.#set(known, {
        paths: isHeard ? failing.reduce<FailingPaths>(addBadPath, known.paths) : known.paths,
        breaker: isHeard ? openUntil(breaker, nowMs + openForMs) : breaker,
        isDown,
        upSinceMs: upForMs === null ? -Infinity : nowMs - upForMs,
      });
    }
  }

  show(nowMs: number): readonly MemberShown[] {
    return this.#members.map((known) => ({
      url: known.url,
      state: toShownState(known, nowMs),
      paths: this.#countPaths(known),
    }));
  }

  #countPaths({ breaker, paths }: Known): number | undefined {
    return breaker.isOpen && !isEveryPath(this.#pool.breaker, paths) ? paths.bad.size : undefined;
  }

  #set(known: Known, changes: Partial<MemberState>): void {
    const { url, breaker, isDown } = known;
    const count = this.#countPaths(known);
    Object.assign(known, changes);
    const isOpen = known.breaker.isOpen;
    if (breaker.isOpen && !isOpen) Object.assign(known, { paths: NO_PATHS });
    const isWider = isOpen && count !== undefined && this.#countPaths(known) === undefined;
    if (breaker.isOpen !== isOpen || isWider)
      this.#onChange(url, isOpen ? "open" : "closed", this.#countPaths(known));
    if (isDown !== known.isDown) this.#onChange(url, known.isDown ? "down" : "up");
  }
}

function toShownState(
  { isDown, breaker, rejectedUntilMs = -Infinity }: MemberState,
  nowMs: number,
): MemberShown["state"] {
  if (nowMs < rejectedUntilMs) return "rejected";
  return isDown ? "down" : toPhase(breaker, nowMs);
}

const NONE = Object.freeze({ answers: 0, bad: 0, failures: 0 });

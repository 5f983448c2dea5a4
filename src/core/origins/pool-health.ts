// What the isolates of a gateway know of a pool together: answers that they report, and health checks. The health object
// keeps it; isolates read it back with each report. Pure, with time as an argument; only durations leave it.

import {
  type BreakerSettings,
  type BreakerState,
  CLOSED,
  mayAsk,
  recordAnswers,
  startAsking,
  toPhase,
} from "./origin-breaker.ts";
import {
  type FailingPaths,
  isEveryPath,
  mergePaths,
  NO_PATHS,
  type PathsReport,
  withoutWindow,
} from "./failing-paths.ts";
import type { LoadView } from "../shedding/load.ts";
import type { HealthCheckSettings, OriginPool } from "./origin-pool.ts";

export interface MemberHealth {
  readonly breaker: BreakerState;
  readonly paths: FailingPaths;
  /** Paths that the breaker holds for while it is open; undefined: all. */
  readonly concerned: readonly number[] | undefined;
  readonly isDown: boolean;
  /** Health checks in a row that contradict `isDown`. */
  readonly against: number;
  readonly upSinceMs: number;
}

/** By the members' URLs: isolates of two deployments may have different members. */
export type PoolHealth = ReadonlyMap<string, MemberHealth>;

/** What an isolate saw of a member since its last report. */
export interface MemberReport {
  readonly url: string;
  readonly answers: number;
  readonly bad: number;
  /** Bad answers in a row after the last good one. */
  readonly failures: number;
  /** undefined where no path is known to be the reason, or an older isolate tells none. */
  readonly paths?: PathsReport | undefined;
}

/** What isolates learn of a member. */
export interface MemberView {
  readonly url: string;
  /** How long its circuit breaker stays open, in milliseconds. */
  readonly openForMs: number;
  readonly isDown: boolean;
  /** How long ago health checks found it up again; null when they never found it down. */
  readonly upForMs: number | null;
  /** Which paths to leave alone, by their hashes; undefined: all. */
  readonly paths?: readonly number[] | undefined;
}

export interface HealthReply {
  readonly views: readonly MemberView[];
  /** When the isolate is to report again, from now. */
  readonly nextMs: number;
  /** Who is to be let in, where that is watched. */
  readonly load?: LoadView | undefined;
}

const UNKNOWN: MemberHealth = {
  breaker: CLOSED,
  paths: NO_PATHS,
  concerned: undefined,
  isDown: false,
  against: 0,
  upSinceMs: -Infinity,
};

export function addReports(
  { members, breaker }: Pick<OriginPool, "members" | "breaker">,
  health: PoolHealth,
  { reports, nowMs }: { readonly reports: readonly MemberReport[]; readonly nowMs: number },
): PoolHealth {
  const added = new Map(health);
  for (const report of reports) {
    if (!members.some(({ url }) => url === report.url)) continue;
    const member = health.get(report.url) ?? UNKNOWN;
    const after = addReport(breaker, member.breaker, { ...report, nowMs });
    const paths = addPaths(member, after, { report, nowMs });
    const concerned = isEveryPath(breaker, paths) ? undefined : [...paths.bad];
    added.set(report.url, { ...member, breaker: after, paths, concerned });
  }
  return added;
}

/** Adds answers to a breaker. Those that were on their way when it opened do not show whether the origin recovers. */
function addReport(
  settings: BreakerSettings,
  state: BreakerState,
  { answers, bad, failures, nowMs }: MemberReport & { readonly nowMs: number },
): BreakerState {
  if (answers === 0 || !mayAsk(settings, state, nowMs)) return state;
  const asked = startAsking(settings, state, nowMs);
  return recordAnswers(settings, asked, { nowMs, turn: asked.turn, answers, bad, failures });
}

function addPaths(
  { breaker, paths }: MemberHealth,
  after: BreakerState,
  { report, nowMs }: { readonly report: MemberReport; readonly nowMs: number },
): FailingPaths {
  if (breaker.isOpen && !after.isOpen) return NO_PATHS;
  const isWindowOver = !breaker.isOpen && nowMs >= breaker.windowEndsMs;
  return mergePaths(isWindowOver ? withoutWindow(paths) : paths, report.paths, report);
}

/** The health after one health check of a member. */
export function addHealthCheck(
  { downAfter, upAfter }: HealthCheckSettings,
  health: PoolHealth,
  { url, isGood, nowMs }: { readonly url: string; readonly isGood: boolean; readonly nowMs: number },
): PoolHealth {
  const member = health.get(url) ?? UNKNOWN;
  const { isDown } = member;
  const against = isGood === isDown ? member.against + 1 : 0;
  if (against < (isDown ? upAfter : downAfter)) return new Map(health).set(url, { ...member, against });
  const upSinceMs = isGood ? nowMs : member.upSinceMs;
  return new Map(health).set(url, { ...member, isDown: !isGood, against: 0, upSinceMs });
}

export function toViews(health: PoolHealth, nowMs: number): readonly MemberView[] {
  return [...health].map(([url, { breaker, concerned, isDown, upSinceMs }]) => ({
    url,
    openForMs: toPhase(breaker, nowMs) === "open" ? breaker.untilMs - nowMs : 0,
    isDown,
    upForMs: upSinceMs === -Infinity ? null : nowMs - upSinceMs,
    paths: concerned,
  }));
}

// Which paths an origin's bad answers were for. Whoever can make one path fail must not shut an origin for everybody: while
// few paths fail, an open breaker holds for those alone, and requests for others go on. Pure. Paths are hashes.

import type { BreakerSettings } from "./origin-breaker.ts";

/** So many paths must fail before an origin is bad for all: in a row fewer, where the breaker takes fewer failures. */
const SPREAD_MAX = 5;
/** Paths that are told apart in a window, of each kind. */
const PATHS_MAX = 64;

export interface FailingPaths {
  /** It failed in a way that no path can be the reason of. */
  readonly isAll: boolean;
  /** Of bad answers in a row. */
  readonly run: ReadonlySet<number>;
  /** Of bad and of good answers in the breaker's window. */
  readonly bad: ReadonlySet<number>;
  readonly good: ReadonlySet<number>;
}

/** What crosses machines. */
export type PathsReport = Readonly<Record<"run" | "bad" | "good", readonly number[]>>;

const EMPTY: ReadonlySet<number> = new Set();
export const NO_PATHS: FailingPaths = Object.freeze({ isAll: false, run: EMPTY, bad: EMPTY, good: EMPTY });

/** `path` is undefined where the failure has nothing to do with the path. */
export function addBadPath(paths: FailingPaths, path: number | undefined): FailingPaths {
  if (path === undefined) return paths.isAll ? paths : { ...paths, isAll: true };
  const run = add(paths.run, path);
  const bad = add(paths.bad, path);
  return run === paths.run && bad === paths.bad ? paths : { ...paths, run, bad };
}

export function addGoodPath(paths: FailingPaths, path: number | undefined): FailingPaths {
  const good = path === undefined ? paths.good : add(paths.good, path);
  if (good === paths.good && paths.run.size === 0 && !paths.isAll) return paths;
  return { ...paths, isAll: false, run: EMPTY, good };
}

/** At the end of the breaker's window. Failures in a row have none. */
export function withoutWindow(paths: FailingPaths): FailingPaths {
  return { ...paths, bad: paths.run, good: EMPTY };
}

/** Whether an open breaker holds for a request's path; for all of them where there is none. */
export function isConcerned(
  settings: BreakerSettings,
  paths: FailingPaths,
  path: number | undefined,
): boolean {
  return path === undefined || paths.bad.has(path) || isEveryPath(settings, paths);
}

/** Many paths in a row, or the larger part of those that were asked for. */
export function isEveryPath(
  { failuresMax, badPercent }: BreakerSettings,
  { isAll, run, bad, good }: FailingPaths,
): boolean {
  // Where no path is known none can be the reason.
  if (isAll || bad.size === 0 || run.size >= Math.min(failuresMax, SPREAD_MAX)) return true;
  if (bad.size < SPREAD_MAX) return false;
  const well = [...good].filter((path) => !bad.has(path)).length;
  return bad.size * 100 >= badPercent * (bad.size + well);
}

/** undefined where no path is known to be the reason. */
export function toPathsReport({ isAll, run, bad, good }: FailingPaths): PathsReport | undefined {
  if (isAll || bad.size + good.size === 0) return undefined;
  return { run: [...run], bad: [...bad], good: [...good] };
}

/** With what an isolate saw: answers, some of them bad. */
export function mergePaths(
  paths: FailingPaths,
  reported: PathsReport | undefined,
  { answers, bad }: { readonly answers: number; readonly bad: number },
): FailingPaths {
  let merged = answers > bad ? addGoodPath(paths, undefined) : paths;
  if (reported === undefined) return bad > 0 ? addBadPath(merged, undefined) : merged;
  merged = {
    ...merged,
    bad: reported.bad.reduce(add, merged.bad),
    good: reported.good.reduce(add, merged.good),
  };
  return reported.run.reduce<FailingPaths>(addBadPath, merged);
}

function add(paths: ReadonlySet<number>, path: number): ReadonlySet<number> {
  return paths.size >= PATHS_MAX || paths.has(path) ? paths : new Set(paths).add(path);
}

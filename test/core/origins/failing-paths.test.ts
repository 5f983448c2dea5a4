import { array, assert, boolean, integer, property, record } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addBadPath,
  addGoodPath,
  type FailingPaths,
  isConcerned,
  isEveryPath,
  mergePaths,
  NO_PATHS,
  toPathsReport,
  withoutWindow,
} from "../../../src/core/origins/failing-paths.ts";
import { toPool } from "./pools.ts";

const { breaker: settings } = toPool();
const BAD = [1, 2, 3, 4, 5];

/** Answers in order: a path failed where it stands alone, and answered well where it stands in a list. */
function play(...answers: readonly (number | readonly [number] | undefined)[]): FailingPaths {
  return answers.reduce<FailingPaths>(
    (paths, one) => (typeof one === "object" ? addGoodPath(paths, one[0]) : addBadPath(paths, one)),
    NO_PATHS,
  );
}

const concerned = (paths: FailingPaths, settled = settings): readonly boolean[] =>
  [1, 9].map((path) => isConcerned(settled, paths, path));

describe("an open breaker", () => {
  test.each<{ readonly name: string; readonly paths: FailingPaths; readonly holds: readonly boolean[] }>([
    { name: "holds for the one path that fails", paths: play(1, 1, 1, 1, 1, 1), holds: [true, false] },
    { name: "and for two", paths: play(1, 2, 1, 2), holds: [true, false] },
    { name: "for all once five fail in a row", paths: play(...BAD), holds: [true, true] },
    {
      name: "not while others answer",
      paths: play(...BAD.flatMap((path) => [path, [9] as const, [path + 10] as const])),
      holds: [true, false],
    },
    {
      name: "for all once the larger part of paths fails",
      paths: play(1, [9], 2, [8], 3, 4, [7], 5),
      holds: [true, true],
    },
    { name: "for all where no path is the reason", paths: play([9], undefined), holds: [true, true] },
    { name: "until it answers again", paths: play(1, undefined, [9]), holds: [true, false] },
    { name: "for all where no path is known", paths: NO_PATHS, holds: [true, true] },
  ])("$name", ({ paths, holds }) => {
    expect(concerned(paths)).toEqual(holds);
    expect(isConcerned(settings, paths, undefined)).toBe(true);
  });

  test("takes as many paths as failures where those are fewer than five", () => {
    expect(
      [1, 2].map((count) => isEveryPath({ ...settings, failuresMax: 2 }, play(...BAD.slice(0, count)))),
    ).toEqual([false, true]);
    expect(isEveryPath({ ...settings, failuresMax: 100 }, play(...BAD))).toBe(true);
  });

  test("is never held for every path by one, however often it fails", () => {
    const answers = array(record({ isBad: boolean(), path: integer({ min: 2, max: 30 }) }), { minLength: 1 });
    assert(
      property(answers, (list) => {
        const played = list.map(({ isBad, path }) => (isBad ? 1 : ([path] as const)));
        const paths = play(1, ...played);
        expect([isEveryPath(settings, paths), isConcerned(settings, paths, 1)]).toEqual([false, true]);
        for (const { path } of list) expect(isConcerned(settings, paths, path)).toBe(false);
      }),
    );
  });
});

test("withoutWindow() keeps what fails in a row, and forgets the rest", () => {
  const paths = withoutWindow(play(1, [9], 2));
  expect([isConcerned(settings, paths, 1), isConcerned(settings, paths, 2)]).toEqual([false, true]);
});

test("what is kept is bounded, and nothing is made anew for what is known", () => {
  let paths = NO_PATHS;
  for (let path = 0; path < 1_000; path += 1) paths = addGoodPath(addBadPath(paths, path), path + 5_000);
  expect([paths.bad.size, paths.good.size]).toEqual([64, 64]);
  expect(addGoodPath(paths, 5_001)).toBe(paths);
  const known = addBadPath(paths, 1);
  expect(addBadPath(known, 1)).toBe(known);
});

describe("reports", () => {
  test("bring what an isolate saw to the others", () => {
    const report = toPathsReport(play([9], 1, 2));
    expect(report).toEqual({ run: [1, 2], bad: [1, 2], good: [9] });
    const seen = { answers: 3, bad: 2 };
    const merged = mergePaths(play(3, 4), report, seen);
    expect([isEveryPath(settings, merged), isConcerned(settings, merged, 4)]).toEqual([false, true]);
    expect(
      isEveryPath(settings, mergePaths(play(3, 4, 5), toPathsReport(play(1, 2)), { answers: 2, bad: 2 })),
    ).toBe(true);
  });

  test("name no path where none is the reason, or an isolate of another version tells none", () => {
    expect(toPathsReport(play(1, undefined))).toBeUndefined();
    expect(isEveryPath(settings, mergePaths(play(1), undefined, { answers: 2, bad: 2 }))).toBe(true);
    expect(isEveryPath(settings, mergePaths(play(1), undefined, { answers: 2, bad: 0 }))).toBe(false);
  });
});

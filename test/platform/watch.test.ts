// A time that may move: it is due when it has come, and not while what moves it waits to be read.

import { expect, test } from "vitest";
import { watch } from "../../src/platform/watch.ts";
import { standStill } from "../support/stand-still.ts";

/** Whether it was due before `moveMs` moved it to never, with the isolate standing still at first. */
function isDue({ moveMs, stillMs }: { moveMs: number; stillMs: number }): Promise<boolean> {
  let dueMs = Date.now() + 50;
  return new Promise((resolve) => {
    const stop = watch(
      () => dueMs,
      1_000,
      () => {
        resolve(true);
      },
    );
    setTimeout(() => {
      dueMs = Infinity;
      stop();
      resolve(false);
    }, moveMs);
    standStill(stillMs);
  });
}

test("a time that has come is due", async () => {
  expect(await isDue({ moveMs: 5_000, stillMs: 0 })).toBe(true);
});

test("what moves it is read first where the isolate stood still", async () => {
  expect(await isDue({ moveMs: 80, stillMs: 300 })).toBe(false);
});

test("a time that nothing has moved is due where the isolate stood still, too", async () => {
  expect(await isDue({ moveMs: 5_000, stillMs: 200 })).toBe(true);
});

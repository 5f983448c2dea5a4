// A wait that ends: with what came, with what failed, or without either when the time is up.

import { expect, test } from "vitest";
import { inTime } from "../../src/platform/in-time.ts";
import { standStill } from "../support/stand-still.ts";

const never = new Promise<never>(() => undefined);

test("what comes in time is passed on", async () => {
  expect(await inTime(Promise.resolve("come"), 1_000)).toBe("come");
});

test("what fails in time fails", async () => {
  await expect(inTime(Promise.reject(new Error("broken")), 1_000)).rejects.toThrow("broken");
});

test("what takes longer is nothing", async () => {
  expect(await inTime(never, 1)).toBeUndefined();
});

test("a time above what timers can wait is no time that is up at once", async () => {
  const late = new Promise<string>((resolve) => {
    setTimeout(resolve, 20, "late");
  });
  expect(await inTime(late, 2 ** 33)).toBe("late");
});

test("what came while the isolate stood still is no answer that is late", async () => {
  const answer = new Promise<string>((resolve) => {
    setTimeout(resolve, 60, "come");
  });
  const waited = inTime(answer, 40);
  standStill(400);
  expect(await waited).toBe("come");
});

test("what does not come after that either is nothing", async () => {
  const waited = inTime(never, 40);
  standStill(200);
  expect(await waited).toBeUndefined();
});

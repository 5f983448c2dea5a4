import { expect, test } from "vitest";
import { RETRIES_MS, toNextTry } from "../../../src/core/webhooks/delivery-schedule.ts";

const answer = (status: number, retryAfterMs?: number) => ({ kind: "answer", status, retryAfterMs }) as const;

test("an event ends with a 2xx or a 410, and after the last try", () => {
  expect([answer(200), answer(204), answer(410)].map((outcome) => toNextTry(outcome, 1))).toEqual([
    "done",
    "done",
    "gone",
  ]);
  expect(toNextTry({ kind: "failure" }, RETRIES_MS.length)).toBe(86_400_000);
  expect(toNextTry({ kind: "failure" }, RETRIES_MS.length + 1)).toBe("gone");
});

test("else it comes again, later each time, and not before the listener wants it", () => {
  expect([1, 2, 3].map((tries) => toNextTry({ kind: "failure" }, tries))).toEqual([1_000, 2_000, 5_000]);
  expect(toNextTry(answer(503, 30_000), 1)).toBe(30_000);
  expect(toNextTry(answer(503, 1e12), 1)).toBe(86_400_000);
  expect(toNextTry(answer(302), 1)).toBe(1_000);
});

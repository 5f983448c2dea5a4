import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Attempt,
  type AttemptOutcome,
  decideRetry,
  isBad,
  isSafeToRepeat,
} from "../../../src/core/origins/decide-retry.ts";
import { toPool } from "./pools.ts";

const { retries: SETTINGS } = toPool();
const closed: AttemptOutcome = { kind: "failure", code: "origin-closed" };
const refused: AttemptOutcome = { kind: "failure", code: "origin-refused" };
const refusedByNow: AttemptOutcome = { kind: "failure", code: "origin-refused", mayHaveActed: true };
const late: AttemptOutcome = { kind: "failure", code: "origin-timeout" };
const answer = (status: number, retryAfterMs?: number): AttemptOutcome => ({
  kind: "answer",
  status,
  retryAfterMs,
});
const GET: Omit<Attempt, "outcome"> = { method: "GET", isRepeatable: true, retries: 0, isElsewhere: true };

/** The wait of a retry with a random number just below 1: undefined where there is none. */
function toWait(outcome: AttemptOutcome, over: Partial<Attempt> = {}): number | undefined {
  return decideRetry(SETTINGS, { ...GET, outcome, ...over }, 0.9999);
}

describe("decideRetry()", () => {
  test.each([
    ["a broken connection", closed, 49],
    ["no answer in time", late, 49],
    ["502", answer(502), 49],
    ["503", answer(503), 49],
    ["504", answer(504), 49],
    ["a refused connection", refused, 0],
    ["a connection that is refused by now", refusedByNow, 49],
    ["521", answer(521), 49],
    ["530", answer(530), 49],
    ["600", answer(600), undefined],
    ["200", answer(200), undefined],
    ["404", answer(404), undefined],
    ["429 without Retry-After", answer(429), undefined],
    ["429 with Retry-After", answer(429, 1_000), 1_000],
    ["429 with a Retry-After beyond the bound", answer(429, 2_001), undefined],
    ["500", answer(500), undefined],
    ["503 with Retry-After, elsewhere", answer(503, 60_000), 49],
  ] as const)("of a GET after %s", (_, outcome, waitMs) => {
    expect(toWait(outcome)).toBe(waitMs);
  });

  test("of what may be otherwise the next time, where the method is idempotent", () => {
    const settings = { ...SETTINGS, statuses: [500] };
    const toWaits = (outcome: AttemptOutcome): readonly (number | undefined)[] =>
      ["GET", "POST"].map((method) => decideRetry(settings, { ...GET, method, outcome }, 0.9999));
    expect(toWaits(answer(500))).toEqual([49, undefined]);
    expect(toWaits({ kind: "answer", status: 400, retryAfterMs: undefined, isTransient: true })).toEqual([
      49,
      undefined,
    ]);
    expect(toWaits(answer(501))).toEqual([undefined, undefined]);
    expect(isBad(answer(500))).toBe(false);
  });

  test.each([
    ["a refused connection", refused, 49],
    ["503 with Retry-After", answer(503, 2_000), 2_000],
    ["503 with a Retry-After of now", answer(503, 0), 49],
    ["503 with a Retry-After beyond the bound", answer(503, 2_001), undefined],
  ] as const)("of a GET on the same origin after %s", (_, outcome, waitMs) => {
    expect(toWait(outcome, { isElsewhere: false })).toBe(waitMs);
  });

  test.each([
    ["a broken connection", closed, undefined],
    ["a connection that is refused by now", refusedByNow, undefined],
    ["521, which may be the origin's own", answer(521), undefined],
    ["530", answer(530), undefined],
    ["no answer in time", late, undefined],
    ["502", answer(502), undefined],
    ["503 without Retry-After", answer(503), undefined],
    ["a refused connection", refused, 0],
    ["a name that cannot be resolved", { kind: "failure", code: "origin-unknown" }, 0],
    ["503 with Retry-After", answer(503, 1_000), 49],
    ["429 with Retry-After", answer(429, 1_000), 1_000],
  ] as const)("of a POST only where nothing was done: after %s", (_, outcome, waitMs) => {
    expect(toWait(outcome, { method: "POST" })).toBe(waitMs);
  });

  test.each([
    ["a 529", answer(529), 49, undefined],
    ["a 529 with Retry-After", answer(529, 1_000), 49, 49],
    ["a 503", answer(503), 49, undefined],
    ["no answer in time", late, undefined, 49],
    ["a 504", answer(504), undefined, 49],
    ["a 524", answer(524), undefined, 49],
    ["a 502", answer(502), undefined, undefined],
    ["a 500", answer(500), undefined, undefined],
    ["a broken connection", closed, undefined, undefined],
  ] as const)("of a POST elsewhere where its pool says so: after %s", (_, outcome, ifOverloaded, ifLate) => {
    const attempt = { ...GET, method: "POST", outcome };
    const toWaits = (isElsewhere: boolean): readonly (number | undefined)[] =>
      (["overloaded", "late"] as const).map((what) =>
        decideRetry({ ...SETTINGS, nonIdempotent: [what] }, { ...attempt, isElsewhere }, 0.9999),
      );
    expect(toWaits(true)).toEqual([ifOverloaded, ifLate]);
    const hasSaid = outcome.kind === "answer" && outcome.retryAfterMs !== undefined;
    expect(toWaits(false)).toEqual(hasSaid ? [1_000, 1_000] : [undefined, undefined]);
  });

  test.each(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])("of an idempotent %s", (method) => {
    expect(toWait(closed, { method })).toBe(49);
  });

  test.each(["POST", "PATCH", "LOCK", "get", ""])("not of %j after a failure", (method) => {
    expect(toWait(closed, { method })).toBeUndefined();
    expect(isSafeToRepeat({ method, isRepeatable: true })).toBe(false);
  });

  test("not of a request whose body is gone, and no more than max times", () => {
    expect(toWait(refused, { isRepeatable: false })).toBeUndefined();
    expect(toWait(closed, { method: "PUT", isRepeatable: false })).toBeUndefined();
    expect([0, 1, 2, 3].map((retries) => toWait(closed, { retries }))).toEqual([
      49,
      99,
      undefined,
      undefined,
    ]);
  });

  test("waits anything from nothing to the step, which doubles up to its bound", () => {
    const settings = { ...SETTINGS, max: 100 };
    fc.assert(
      fc.property(fc.nat(99), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (retries, random) => {
        const stepMs = Math.min(1_000, 50 * 2 ** retries);
        const waitMs = decideRetry(settings, { ...GET, outcome: closed, retries }, random);
        expect(waitMs).toBe(Math.floor(random * stepMs));
      }),
    );
  });
});

test.each([
  [closed, true],
  [answer(502), true],
  [answer(503, 1_000), true],
  [answer(504), true],
  [answer(529), true],
  [answer(500), false],
  [answer(429, 1_000), false],
  [answer(200), false],
] as const)("isBad() of %o is %s", (outcome, bad) => {
  expect(isBad(outcome)).toBe(bad);
});

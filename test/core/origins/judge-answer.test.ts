import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "../../../src/core/origins/decide-retry.ts";
import { judgeAnswer } from "../../../src/core/origins/judge-answer.ts";

const timeout: AttemptOutcome = { kind: "failure", code: "origin-timeout" };
const refused: AttemptOutcome = { kind: "failure", code: "origin-refused" };
const toAnswer = (status: number): AttemptOutcome => ({ kind: "answer", status, retryAfterMs: undefined });

describe("judgeAnswer()", () => {
  test.each([
    // outcome, isFault, isSlow, isShedding, isLateAlone, counts as bad
    ["a timeout", timeout, true, true, false, false, true],
    ["a timeout while load is shed", timeout, true, true, true, false, undefined],
    ["a timeout of one member alone", timeout, true, true, true, true, true],
    ["a refused connection while load is shed", refused, true, false, true, false, true],
    ["a 504 while load is shed", toAnswer(504), true, false, true, false, true],
    ["a slow answer", toAnswer(200), false, true, false, false, true],
    ["a slow answer while load is shed", toAnswer(200), false, true, true, false, false],
    ["a good answer while load is shed", toAnswer(200), false, false, true, false, false],
  ])("%s", (_, outcome, isFault, isSlow, isShedding, isLateAlone, isBad) => {
    expect(judgeAnswer({ outcome, isFault, isSlow, isShedding, isLateAlone })).toBe(isBad);
  });
});

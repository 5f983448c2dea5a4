import { describe, expect, test } from "vitest";
import {
  type Knowledge,
  learnReading,
  mergeKnowledge,
  NOTHING,
  type QuotaRules,
  shiftKnowledge,
} from "../../../src/core/feedback/quota-knowledge.ts";
import type { Reading } from "../../../src/core/feedback/reading.ts";

const RULES: QuotaRules = {
  paceFromPercent: 80,
  stopMsMax: 3_600_000,
  readingMs: 60_000,
  limit: undefined,
  windowMs: undefined,
};
const WINDOW: QuotaRules = { ...RULES, limit: 100, windowMs: 10_000 };

/** One after the other: when the call was asked, when it was answered, and what the answer said. */
type Step = readonly [askedMs: number, nowMs: number, reading: Omit<Reading, "scope">];

function learn(steps: readonly Step[], rules = RULES, known = NOTHING): Knowledge {
  let learnt = known;
  for (const [askedMs, nowMs, reading] of steps)
    learnt = learnReading(learnt, { scope: "app", ...reading }, { rules, askedMs, nowMs });
  return learnt;
}

const toStop = ({ stopUntilMs, guesses }: Knowledge): unknown => [stopUntilMs, guesses];
const refused = { isRefused: true };

describe("learnReading()", () => {
  test("keeps the reading of the call that was asked last, whenever its answer comes", () => {
    const known = learn([
      [200, 210, { usagePercent: 90 }],
      [100, 400, { usagePercent: 20 }],
    ]);
    expect([known.askedMs, known.usedPercent]).toEqual([200, 90]);
    expect(learn([[300, 500, { usagePercent: 20 }]], RULES, known).usedPercent).toBe(20);
  });

  test("keeps the worst of one answer", () => {
    const known = learn([
      [100, 110, { remaining: 1, limit: 10, resetMs: 1_000 }],
      [100, 110, { remaining: 90, limit: 100, resetMs: 60_000 }],
    ]);
    expect([known.usedPercent, known.remaining, known.untilMs]).toEqual([90, 1, 1_110]);
  });

  test("bounds what an origin says", () => {
    const known = learn([[0, 0, { usagePercent: 1e300, stopMs: 1e300 }]]);
    expect([known.usedPercent, known.stopUntilMs]).toEqual([100, 3_600_000]);
    expect(learn([[0, 0, { remaining: 5, limit: 1, resetMs: 1e300 }]])).toMatchObject({
      usedPercent: 0,
      untilMs: 3_600_000,
    });
    expect(learn([[0, 0, { remaining: 0, limit: 0 }]]).usedPercent).toBe(100);
  });

  test("stops for as long as the origin says, at least until the last of what it said", () => {
    const steps: readonly Step[] = [
      [0, 100, { stopMs: 60_000, isRefused: true }],
      [50, 200, { stopMs: 5_000, isRefused: true }],
      [150, 300, refused],
    ];
    expect(toStop(learn(steps))).toEqual([60_100, 0]);
    expect(toStop(learn([[0, 100, { remaining: 0, limit: 9, resetMs: 7_000 }]]))).toEqual([7_100, 0]);
  });

  test("does not end what the origin said for an answer that was good", () => {
    const known = learn([
      [0, 100, { stopMs: 60_000, isRefused: true }],
      [200, 300, { usagePercent: 5 }],
    ]);
    expect(known.stopUntilMs).toBe(60_100);
  });

  test("guesses where the origin does not say for how long, longer each time", () => {
    const steps: readonly Step[] = [
      [0, 100, refused],
      // On its way when the stop began.
      [50, 200, refused],
      [5_150, 5_200, refused],
      [15_250, 15_300, refused],
    ];
    expect(toStop(learn(steps.slice(0, 2)))).toEqual([5_100, 1]);
    expect(toStop(learn(steps.slice(0, 3)))).toEqual([15_200, 2]);
    expect(toStop(learn(steps))).toEqual([35_300, 3]);
  });

  test("guesses by the policy's window, and by what the profile says", () => {
    expect(learn([[0, 0, refused]], WINDOW).stopUntilMs).toBe(200);
    expect(learn([[0, 0, { ...refused, probeAfterMs: 60_000 }]]).stopUntilMs).toBe(60_000);
    const hour = { ...WINDOW, windowMs: 86_400_000 };
    expect(learn([[0, 0, refused]], hour).stopUntilMs).toBe(60_000);
  });

  test("never guesses more than five minutes", () => {
    let known = NOTHING;
    for (let round = 1; round < 50; round += 1)
      known = learn([[round * 1e6, round * 1e6, refused]], RULES, known);
    expect(known.stopUntilMs - known.stopBeganMs).toBe(300_000);
  });

  test("stops briefly at 100 % and does not take a served call for a refusal", () => {
    const steps = [0, 1_000, 2_000, 3_000].map((ms): Step => [ms, ms + 10, { usagePercent: 100 }]);
    expect(toStop(learn(steps, WINDOW))).toEqual([3_210, 1]);
  });

  test("ends a guess by an answer to a call that was asked after it began and found quota", () => {
    const known = learn([[0, 100, refused]]);
    const early = learn([[90, 150, { usagePercent: 99 }]], RULES, known);
    expect(toStop(early)).toEqual([5_100, 1]);
    expect(toStop(learn([[200, 250, { usagePercent: 99 }]], RULES, early))).toEqual([200, 0]);
  });
});

describe("mergeKnowledge()", () => {
  const atA = learn([
    [100, 110, { usagePercent: 85 }],
    [300, 310, refused],
  ]);
  const atB = learn([[200, 240, { usagePercent: 95, stopMs: 20_000 }]]);

  test("is the same whoever hears of it first", () => {
    expect(mergeKnowledge(atA, atB, 400)).toEqual(mergeKnowledge(atB, atA, 400));
    expect(mergeKnowledge(atA, atB, 400)).toMatchObject({
      askedMs: 200,
      usedPercent: 95,
      stopUntilMs: 20_240,
    });
  });

  test("changes nothing a second time", () => {
    const both = mergeKnowledge(atA, atB, 400);
    expect(mergeKnowledge(both, atA, 500)).toEqual(both);
    expect(mergeKnowledge(both, atB, 500)).toEqual(both);
  });

  test("takes a stop that was on its way for the same one", () => {
    expect(mergeKnowledge(atB, shiftKnowledge(atB, 60), 400).stopUntilMs).toBe(20_240);
    expect(mergeKnowledge(atB, shiftKnowledge(atB, 600), 400).stopUntilMs).toBe(20_840);
  });
});

test("shiftKnowledge() makes durations of times and times of durations", () => {
  const known = learn([[100, 110, { remaining: 0, limit: 5, resetMs: 1_000 }]]);
  const travelling = shiftKnowledge(known, -200);
  expect(travelling).toMatchObject({ askedMs: -100, untilMs: 910, stopBeganMs: -90, stopUntilMs: 910 });
  expect(shiftKnowledge(travelling, 200)).toEqual(known);
  expect(shiftKnowledge(NOTHING, 5)).toEqual(NOTHING);
});

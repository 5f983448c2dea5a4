import { describe, expect, test } from "vitest";
import type { Call, Priority } from "../../../tools/prove-outbound/clients.ts";
import { findBroken, type Outcome, toOutcome } from "../../../tools/prove-outbound/outcome.ts";
import type { Play } from "../../../tools/prove-outbound/play.ts";

const rules = { limit: 10, windowMs: 1_000 };
const toStats = (served: number, app: number): Play["first"] => ({
  budgets: { app: rules, user: rules, page: rules },
  served,
  failed: 0,
  refused: { app, user: 0, page: 0 },
});
const toCall = (priority: Priority, status: number, tookMs: number, hasRetryAfter = false): Call => ({
  priority,
  sentMs: 0,
  tookMs,
  status,
  hasRetryAfter,
});
const plan = { windows: 3, windowMs: 1_000, budget: 10, margin: 0 };

describe("toOutcome()", () => {
  const outcome = toOutcome(plan, {
    storm: [
      toCall("critical", 200, 10),
      toCall("critical", 200, 30),
      toCall("normal", 200, 50),
      toCall("normal", 503, 900, true),
      toCall("normal", 503, 900),
      toCall("background", 400, 5),
      toCall("background", 0, 5),
    ],
    calm: [toCall("normal", 200, 70), toCall("normal", 503, 40, true)],
    first: toStats(10, 4),
    last: toStats(29, 5),
    end: toStats(40, 6),
  });

  test("counts what each call got", () => {
    const { asked, answered, refused, seen, lost } = outcome;
    expect([asked, answered, refused, seen, lost]).toEqual([7, 3, 1, 1, 2]);
  });

  test("counts throttles of the first window apart, and the use after it alone", () => {
    expect([outcome.throttledFirst, outcome.throttledLater, outcome.used]).toEqual([4, 2, 0.95]);
  });

  test("measures waits by priority, and counts those in vain as the longest", () => {
    expect(outcome.waitMs.critical).toEqual({ mean: 20, p95: 30 });
    expect(outcome.waitMs.background).toEqual({ mean: 20_000, p95: 20_000 });
    expect(outcome.answeredShare).toEqual({ critical: 1, normal: 1 / 3, background: 0 });
    expect([outcome.calmUnanswered, outcome.calmWaitMs]).toEqual([1, 70]);
  });
});

describe("findBroken()", () => {
  const waits = (mean: number): { mean: number; p95: number } => ({ mean, p95: mean });
  const good: Outcome = {
    asked: 90,
    answered: 30,
    throttledFirst: 3,
    throttledLater: 0,
    seen: 0,
    refused: 60,
    lost: 0,
    used: 0.95,
    answeredShare: { critical: 1, normal: 0.5, background: 0.1 },
    waitMs: { critical: waits(10), normal: waits(20), background: waits(30) },
    calmUnanswered: 0,
    calmWaitMs: 20,
  };
  const promised = { throttledLaterMax: 0, usedMin: 0.95 };

  test("finds nothing when all promises hold", () => {
    expect(findBroken(good, promised)).toEqual([]);
  });

  test.each<Partial<Outcome>>([
    { throttledLater: 1 },
    { used: 0.949 },
    { waitMs: { ...good.waitMs, background: waits(10) } },
    { waitMs: { ...good.waitMs, normal: waits(9) } },
    { answeredShare: { ...good.answeredShare, critical: 0.99 } },
    { calmUnanswered: 1 },
    { seen: 1 },
    { lost: 1 },
  ])("finds the one that does not: %j", (change) => {
    expect(findBroken({ ...good, ...change }, promised)).toHaveLength(1);
  });
});

import { describe, expect, test } from "vitest";
import type { FeedbackReport } from "../../../src/core/feedback/feedback-messages.ts";
import { FeedbackStates } from "../../../src/core/feedback/feedback-states.ts";
import { SharedFeedback } from "../../../src/core/feedback/shared-feedback.ts";

const rules = {
  paceFromPercent: 80,
  stopMsMax: 3_600_000,
  readingMs: 3_600_000,
  limit: 100,
  windowMs: 100_000,
};
const UNKNOWN_RATE = { ...rules, limit: undefined, windowMs: undefined };
const SCOPES = [
  { scope: "app", policy: undefined, rules },
  { scope: "page", policy: "graph-page", rules },
];
const page = (name: string): ReadonlyMap<string, string> => new Map([["graph-page", name]]);
const times = (ms: number): { askedMs: number; nowMs: number } => ({ askedMs: ms, nowMs: ms });

describe("one isolate", () => {
  test("holds back the requests that a scope stands for, and no others", () => {
    const states = new FeedbackStates(SCOPES);
    states.learn(page("a"), [{ scope: "page", stopMs: 5_000, isRefused: true }], times(0));
    expect([states.waitMs(page("a"), 1_000), states.waitMs(page("b"), 1_000)]).toEqual([4_000, 0]);
    expect([states.findLimiting(page("a"), 1_000), states.findLimiting(page("b"), 1_000)]).toEqual([
      "graph-page",
      "",
    ]);
    states.learn(page("b"), [{ scope: "app", stopMs: 9_000, isRefused: true }], times(0));
    expect(states.waitMs(page("c"), 1_000)).toBe(8_000);
    expect(states.findLimiting(page("a"), 1_000)).toBe("");
  });

  test("keeps nothing of quotas that are hardly used, whatever keys there are", () => {
    const states = new FeedbackStates(SCOPES);
    for (let key = 0; key < 5_000; key += 1)
      states.learn(page(String(key)), [{ scope: "page", usagePercent: 79 }], times(key));
    expect(states.takeReport("a", [], 5_000).news).toEqual([]);
  });

  test("lets go no more calls than there may be, as soon as an answer counts them", () => {
    const states = new FeedbackStates([{ scope: "app", policy: undefined, rules: UNKNOWN_RATE }]);
    const none = new Map<string, string>();
    const letGo = (calls: number, ms: number): number =>
      Array.from({ length: calls }, () => states.waitMs(none, ms, true)).filter((waitMs) => waitMs === 0)
        .length;
    // Of an origin that nothing is known of ten are sent, and no answer for so long lets go ten more.
    expect(letGo(30, 0)).toBe(10);
    expect(letGo(30, 1_999)).toBe(0);
    expect(letGo(30, 2_000)).toBe(10);
    const left = { scope: "app", remaining: 40, limit: 60, resetMs: 5_000 };
    states.learn(none, [left], times(2_000));
    // Ten of the forty are on their way, and from 80 % on the rest is spread until the reset.
    const sent = letGo(80, 2_100);
    expect(sent).toBeGreaterThan(10);
    expect(sent).toBeLessThanOrEqual(40);
    // After the reset there are sixty, and not all that want one.
    states.learn(none, [{ ...left, remaining: 0 }], times(4_000));
    expect(letGo(80, 5_000)).toBe(0);
    states.takeReport("a", [], 9_001);
    expect(letGo(80, 9_001)).toBe(60);
  });

  test("tells quotas apart by what the profile told, and passes over those that a call is not of", () => {
    const states = new FeedbackStates([{ scope: "page", policy: undefined, hasSubjects: true, rules }]);
    const of = (name: string): ReadonlyMap<string, string> => new Map([["@page", name]]);
    const none = new Map<string, string>();
    states.learn(of("a"), [{ scope: "page", stopMs: 5_000 }], times(0));
    states.learn(of("a"), [{ scope: "page", subject: "c", stopMs: 3_000 }], times(0));
    states.learn(none, [{ scope: "page", stopMs: 9_000 }], times(0));
    expect([of("a"), of("b"), of("c"), none].map((keys) => states.waitMs(keys, 1_000))).toEqual([
      4_000, 0, 2_000, 0,
    ]);
    expect(states.findLimiting(of("a"), 1_000)).toBe("@page");
  });

  test("remembers at most a thousand, the last ones", () => {
    const states = new FeedbackStates(SCOPES);
    for (let key = 0; key < 1_500; key += 1)
      states.learn(page(String(key)), [{ scope: "page", stopMs: 60_000 }], times(0));
    expect(states.waitMs(page("499"), 1)).toBe(0);
    expect(states.waitMs(page("500"), 1)).toBe(59_999);
    expect(states.takeReport("a", [], 1).news).toHaveLength(1_000);
  });

  test("says which answers others must hear of at once", () => {
    const states = new FeedbackStates(SCOPES);
    const tell = (reading: object, ms: number): boolean =>
      states.learn(page("a"), [{ scope: "app", ...reading }], times(ms));
    expect(tell({ usagePercent: 90 }, 0)).toBe(false);
    expect(tell({ usagePercent: 91, isRefused: true }, 10)).toBe(true);
    expect(tell({ usagePercent: 92 }, 20)).toBe(true);
    expect(tell({ usagePercent: 93 }, 30)).toBe(false);
  });

  test("takes a served call for the end of a guess about a scope that has no readings", () => {
    const states = new FeedbackStates(SCOPES);
    states.learn(page("a"), [{ scope: "page", isRefused: true }], times(0));
    expect(states.waitMs(page("a"), 100)).toBe(1_900);
    states.learn(page("a"), [{ scope: "app", isRefused: true }], times(2_000));
    expect(states.waitMs(page("a"), 2_000)).toBe(2_000);
    expect(states.toClaims(page("a"), 5_000)).toHaveLength(2);
    states.learn(page("a"), [], times(5_000));
    expect(states.toClaims(page("a"), 5_000)).toEqual([]);
  });
});

describe("several isolates", () => {
  /** An exchange that takes no time. */
  function exchange(
    states: FeedbackStates,
    id: string,
    shared: SharedFeedback,
    nowMs: number,
  ): FeedbackReport {
    const report = states.takeReport(id, states.toClaims(page("a"), nowMs), nowMs);
    states.learnView(structuredClone(shared.exchange(structuredClone(report), nowMs)), nowMs);
    return report;
  }

  test("know of a stop after one exchange each, whatever their clocks say", () => {
    const shared = new SharedFeedback();
    const [one, other] = [new FeedbackStates(SCOPES), new FeedbackStates(SCOPES)];
    one.learn(page("a"), [{ scope: "page", stopMs: 5_000 }], times(1_000));
    const told = one.takeReport("one", [], 1_500);
    shared.exchange(told, 77_000);
    const view = shared.exchange(other.takeReport("other", [], 9_000), 77_100);
    other.learnView(view, 9_200);
    expect(other.waitMs(page("a"), 9_200)).toBe(4_400);
    // It is told once.
    expect(shared.exchange(other.takeReport("other", [], 9_300), 77_200).news).toEqual([]);
  });

  test("are told all anew by an object that knows of no such version", () => {
    const shared = new SharedFeedback();
    const one = new FeedbackStates(SCOPES);
    one.learn(page("a"), [{ scope: "page", stopMs: 50_000 }], times(0));
    exchange(one, "one", shared, 0);
    expect(
      shared.exchange({ id: "other", version: 1e15, news: [], uses: [], claims: [] }, 10).news,
    ).toHaveLength(1);
  });

  test("let one of them try when a guess is over", () => {
    const shared = new SharedFeedback();
    const all = ["one", "two", "three"].map((id) => ({ id, states: new FeedbackStates(SCOPES) }));
    all[0]?.states.learn(page("a"), [{ scope: "app", isRefused: true }], times(0));
    for (const { id, states } of all) exchange(states, id, shared, 1);
    const tried = all.map(({ id, states }) => {
      exchange(states, id, shared, 2_001);
      return states.waitMs(page("a"), 2_001);
    });
    expect(tried.filter((waitMs) => waitMs === 0)).toHaveLength(1);
  });

  test("hear how many of them want more", () => {
    const shared = new SharedFeedback();
    const all = ["one", "two", "three"].map((id) => ({ id, states: new FeedbackStates(SCOPES) }));
    all[0]?.states.learn(page("a"), [{ scope: "app", usagePercent: 97 }], times(0));
    for (const { id, states } of all) exchange(states, id, shared, 1);
    for (const { states } of all) for (let time = 0; time < 9; time += 1) states.waitMs(page("a"), 2);
    for (const { id, states } of all) exchange(states, id, shared, 500);
    const idle = {
      id: "idle",
      version: 0,
      news: [],
      uses: [{ key: "app\n", perSecond: 0, isHungry: false }],
      claims: [],
    };
    const own = shared.exchange(
      { ...idle, id: "one", uses: [{ ...idle.uses[0], key: "app\n", perSecond: 0, isHungry: true }] },
      550,
    );
    expect(own.others[0]?.rivals).toBe(2);
    expect(shared.exchange(idle, 600).others).toEqual([{ key: "app\n", perSecond: 0, rivals: 3 }]);
    expect(shared.exchange(idle, 4_000).others).toEqual([{ key: "app\n", perSecond: 0, rivals: 0 }]);
  });

  test("tell again what did not arrive", () => {
    const states = new FeedbackStates(SCOPES);
    states.learn(page("a"), [{ scope: "app", usagePercent: 97 }], times(0));
    const lost = states.takeReport("a", [], 1);
    expect(states.takeReport("a", [], 2).news).toEqual([]);
    states.retell(lost);
    expect(states.takeReport("a", [], 3).news).toHaveLength(1);
  });
});

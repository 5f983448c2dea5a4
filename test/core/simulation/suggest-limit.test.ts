import { describe, expect, test } from "vitest";
import { roundUp, SPAN_MIN_MS, suggestLimit } from "../../../src/core/simulation/suggest-limit.ts";
import type { Replayed } from "../../../src/core/simulation/replay.ts";
import { Usage } from "../../../src/core/simulation/usage.ts";
import { createRandom } from "../../../tools/simulate-leases/random.ts";

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_040_000;

/** A request of a key that one policy counts. */
function asked(atMs: number, key: string, cost = 1): Replayed {
  const policy = { name: "p", plan: undefined, limit: 100, windowMs: MINUTE_MS };
  const row = { policy, key, cost, isShadow: false } as unknown as Replayed["rows"][number];
  return { outcome: "allowed", atMs, route: undefined, consumer: undefined, rows: [row], violated: [] };
}

test("roundUp() is the next of 1, 2, 5 and their tens", () => {
  expect([0.2, 1, 1.2, 2.4, 5, 6, 12, 51, 100, 101].map(roundUp)).toEqual([
    1, 1, 2, 5, 5, 10, 20, 100, 100, 200,
  ]);
});

describe("usage", () => {
  test("is the most that a key used within any window, whatever it used in all", () => {
    const usage = new Usage();
    // Ten in the middle of two minutes, and ten more over an hour.
    for (let at = 0; at < 10; at += 1) usage.add(asked(START_MS + MINUTE_MS - 500 + at * 100, "a"));
    for (let at = 2; at < 12; at += 1) usage.add(asked(START_MS + at * 6 * MINUTE_MS, "a"));
    usage.add(asked(START_MS + 80 * MINUTE_MS, "b", 7));
    expect(usage.list()).toMatchObject([{ policy: "p", tier: "", requests: 21, peaks: [7, 10] }]);
  });

  test("forgets what has left the window", () => {
    const usage = new Usage();
    for (const atMs of [0, 30_000, 60_000, 90_000, 300_000]) usage.add(asked(START_MS + atMs, "a"));
    expect(usage.list()[0]?.peaks).toEqual([2]);
  });
});

interface Asked {
  readonly atMs: number;
  readonly key: string;
  readonly isAbuse: boolean;
}

/** A minute of each half-hour of a day: a thousand clients by Zipf's law, and fifty who ask 2,000 times at once, thrice. */
function playDay(): readonly Asked[] {
  const random = createRandom(7);
  const requests: Asked[] = [];
  const ask = (minute: number, count: number, who: Omit<Asked, "atMs">): void => {
    for (let at = 0; at < count; at += 1)
      requests.push({ atMs: minute * MINUTE_MS + Math.floor(random() * MINUTE_MS), ...who });
  };
  for (let minute = 0; minute < 1_440; minute += 30) {
    for (let client = 1; client <= 1_000; client += 1)
      ask(minute, Math.floor((30 / client ** 0.5) * (0.5 + random()) + random()), {
        key: `c${client}`,
        isAbuse: false,
      });
    const abusers = minute % 480 === 0 ? 50 : 0;
    for (let abuser = 0; abuser < abusers; abuser += 1)
      ask(minute, 2_000, { key: `a${abuser}`, isAbuse: true });
  }
  return requests.sort((a, b) => a.atMs - b.atMs);
}

describe("suggestLimit()", () => {
  const even = (keys: number): number[] =>
    Array.from({ length: keys }, (_, at) => 1 + (at % 40)).sort((a, b) => a - b);

  test("is a fifth above what 99 of 100 keys needed, in a round number", () => {
    expect(suggestLimit({ peaks: even(1_000) }, SPAN_MIN_MS)).toEqual({
      p50: 20,
      p90: 36,
      p99: 40,
      max: 40,
      limit: 50,
      outliers: 0,
    });
  });

  test("suggests nothing from fewer than 50 keys or less than a day", () => {
    expect(suggestLimit({ peaks: even(49) }, SPAN_MIN_MS).limit).toBeUndefined();
    expect(suggestLimit({ peaks: even(50) }, SPAN_MIN_MS - 1).limit).toBeUndefined();
    expect(suggestLimit({ peaks: even(50) }, SPAN_MIN_MS).limit).toBe(50);
  });

  test("leaves out keys that use many times what all others do, however many they are", () => {
    const abusers = Array.from({ length: 60 }, (_, at) => 4_000 + at);
    expect(suggestLimit({ peaks: [...even(1_000), ...abusers] }, SPAN_MIN_MS)).toMatchObject({
      limit: 50,
      outliers: 60,
    });
  });

  test("denies nearly all that 5 % planted abusers ask, and next to nothing of the others", () => {
    const requests = playDay();
    const usage = new Usage();
    for (const { atMs, key } of requests) usage.add(asked(START_MS + atMs, key));
    const [found] = usage.list();
    const { limit = 0 } = suggestLimit({ peaks: found?.peaks ?? [] }, SPAN_MIN_MS);
    expect(limit).toBeGreaterThan(0);
    // Each minute by itself: the stretches lie half an hour apart.
    const used = new Map<string, number>();
    const denied = { abuse: 0, others: 0 };
    const all = { abuse: 0, others: 0 };
    for (const { atMs, key, isAbuse } of requests) {
      const id = `${key} ${Math.floor(atMs / MINUTE_MS)}`;
      const count = (used.get(id) ?? 0) + 1;
      used.set(id, count);
      const kind = isAbuse ? "abuse" : "others";
      all[kind] += 1;
      if (count > limit) denied[kind] += 1;
    }
    expect(denied.abuse / all.abuse).toBeGreaterThanOrEqual(0.95);
    expect(denied.others / all.others).toBeLessThanOrEqual(0.001);
  });
});

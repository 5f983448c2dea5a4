import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CLOSED, openUntil, startAsking } from "../../../src/core/origins/origin-breaker.ts";
import {
  chooseMember,
  type Chooser,
  type MemberState,
  toWaitMs,
} from "../../../src/core/origins/choose-member.ts";
import { hash32 } from "../../../src/core/keys/hash32.ts";
import { toPool } from "./pools.ts";

const NOW_MS = 1_700_000_000_000;
const WELL: MemberState = { breaker: CLOSED, isDown: false, upSinceMs: -Infinity };
const DOWN: MemberState = { ...WELL, isDown: true };
const OPEN: MemberState = { ...WELL, breaker: openUntil(CLOSED, NOW_MS + 3_000) };
const HALF_OPEN: MemberState = { ...WELL, breaker: openUntil(CLOSED, NOW_MS) };
const ANY: Chooser = { nowMs: NOW_MS, point: 0.5, keyHash: undefined, tried: [], mayProbe: true };

/** How often each member is chosen over evenly spread points. */
function toShares(
  pool: ReturnType<typeof toPool>,
  states: readonly MemberState[],
  over: Partial<Chooser> = {},
): readonly number[] {
  const counts = pool.members.map(() => 0);
  for (let at = 0; at < 1_000; at += 1) {
    const chosen = chooseMember(pool, states, { ...ANY, point: at / 1_000, ...over });
    if (chosen !== undefined) counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  return counts;
}

const weighted = toPool({
  members: [
    { url: "https://a.example", weight: 1 },
    { url: "https://b.example", weight: 3 },
    { url: "https://c.example", weight: 6 },
  ],
});
const withFallback = toPool({
  members: ["https://a.example", "https://b.example", { url: "https://c.example", role: "fallback" }],
});

describe("chooseMember()", () => {
  test("spreads requests by weight", () => {
    expect(toShares(weighted, [WELL, WELL, WELL])).toEqual([100, 300, 600]);
  });

  test("takes those that have most of their quota left, and none that has none", () => {
    const all = [WELL, WELL, WELL];
    expect(toShares(weighted, all, { left: [0.5, 0.9, 0.89] })).toEqual([0, 334, 666]);
    expect(toShares(weighted, all, { left: [0.5, 0.9, 0.89], barred: [1, 2] })).toEqual([1_000, 0, 0]);
    expect(toShares(weighted, all, { barred: [0, 1, 2] })).toEqual([0, 0, 0]);
    // A request with a key keeps to its own, while that has some.
    const keyHash = hash32("a");
    const own = chooseMember(weighted, all, { ...ANY, keyHash }) ?? -1;
    const left = all.map((_, at) => (at === own ? 0.1 : 1));
    expect(chooseMember(weighted, all, { ...ANY, keyHash, left })).toBe(own);
    expect(chooseMember(weighted, all, { ...ANY, keyHash, left, barred: [own] })).not.toBe(own);
  });

  test("leaves an account alone whose credential was refused, until its time", () => {
    const rejected = { ...WELL, rejectedUntilMs: NOW_MS + 1 };
    expect(toShares(weighted, [WELL, rejected, WELL])[1]).toBe(0);
    expect(toShares(weighted, [WELL, { ...WELL, rejectedUntilMs: NOW_MS }, WELL])[1]).toBe(300);
    expect(toWaitMs(weighted, [rejected, rejected, rejected], NOW_MS)).toBe(1);
  });

  test.each([
    ["both primaries well", [WELL, WELL, WELL], [500, 500, 0]],
    ["one primary open", [OPEN, WELL, WELL], [0, 1_000, 0]],
    ["one primary down", [WELL, DOWN, WELL], [1_000, 0, 0]],
    ["no primary left", [OPEN, DOWN, WELL], [0, 0, 1_000]],
    ["nobody left", [OPEN, DOWN, OPEN], [0, 0, 0]],
  ] as const)("with a fallback, %s", (_, states, shares) => {
    expect(toShares(withFallback, states)).toEqual(shares);
  });

  test.each([
    ["another primary", [0], [WELL, WELL, WELL], [0, 1_000, 0]],
    ["the fallback before the same again", [0, 1], [WELL, WELL, WELL], [0, 0, 1_000]],
    ["the same again when there is no other", [0, 1, 2], [WELL, WELL, WELL], [500, 500, 0]],
    ["the same again before one that is open", [0], [WELL, OPEN, DOWN], [1_000, 0, 0]],
  ] as const)("after a failure asks %s", (_, tried, states, shares) => {
    expect(toShares(withFallback, states, { tried })).toEqual(shares);
  });

  test("tries a member that has just failed only with requests that can be sent again, while there is another", () => {
    expect(toShares(withFallback, [HALF_OPEN, WELL, WELL])).toEqual([500, 500, 0]);
    expect(toShares(withFallback, [HALF_OPEN, WELL, WELL], { mayProbe: false })).toEqual([0, 1_000, 0]);
    expect(toShares(withFallback, [HALF_OPEN, OPEN, OPEN], { mayProbe: false })).toEqual([1_000, 0, 0]);
  });

  test("tries it with any request when no better one has come for another openMs, or when others try it", () => {
    const later = { mayProbe: false, nowMs: NOW_MS + 5_000 };
    const soon = { mayProbe: false, nowMs: NOW_MS + 4_999 };
    expect(toShares(withFallback, [HALF_OPEN, WELL, WELL], soon)).toEqual([0, 1_000, 0]);
    expect(toShares(withFallback, [HALF_OPEN, WELL, WELL], later)).toEqual([500, 500, 0]);
    const tried: MemberState = {
      ...WELL,
      breaker: startAsking(withFallback.breaker, HALF_OPEN.breaker, NOW_MS),
    };
    expect(toShares(withFallback, [tried, WELL, WELL], { mayProbe: false })).toEqual([500, 500, 0]);
  });

  test.each([
    [0, 0.1],
    [15_000, 0.55],
    [30_000, 1],
    [300_000, 1],
  ])("gives a member that came back %i ms ago its weight times %f", (backForMs, share) => {
    const closed: MemberState = { ...WELL, breaker: { ...CLOSED, closedAtMs: NOW_MS - backForMs } };
    const checked: MemberState = { ...WELL, upSinceMs: NOW_MS - backForMs };
    for (const state of [closed, checked]) {
      const [first = 0] = toShares(toPool(), [state, WELL, WELL]);
      expect(Math.abs(first / 1_000 - share / (share + 2))).toBeLessThan(0.002);
    }
  });

  const toMembers = (count: number): readonly { url: string; weight: number }[] =>
    Array.from({ length: count }, (_, at) => ({ url: `https://m${at}.example`, weight: (at % 3) + 1 }));
  const choiceOf = (
    pool: ReturnType<typeof toPool>,
    key: string,
    states?: readonly MemberState[],
  ): string => {
    const at = chooseMember(pool, states ?? pool.members.map(() => WELL), { ...ANY, keyHash: hash32(key) });
    return at === undefined ? "none" : (pool.members[at]?.url ?? "");
  };

  test("keeps a key to one member, whatever the point and the members' order", () => {
    fc.assert(
      fc.property(fc.string(), fc.float({ min: 0, max: Math.fround(0.999) }), (key, point) => {
        const members = toMembers(7);
        const pool = toPool({ members });
        const turned = toPool({ members: members.toReversed() });
        const chosen = choiceOf(pool, key);
        expect(choiceOf(turned, key)).toBe(chosen);
        const again = chooseMember(
          pool,
          pool.members.map(() => WELL),
          { ...ANY, point, keyHash: hash32(key) },
        );
        expect(pool.members[again ?? -1]?.url).toBe(chosen);
      }),
    );
  });

  test("spreads keys by weight, and a new member takes its share from the others and moves nothing else", () => {
    const keys = Array.from({ length: 6_000 }, (_, at) => `user-${at}`);
    const before = toPool({ members: toMembers(4) });
    const after = toPool({ members: toMembers(5) });
    let moved = 0;
    const counts = new Map<string, number>();
    for (const key of keys) {
      const [was, is] = [choiceOf(before, key), choiceOf(after, key)];
      counts.set(is, (counts.get(is) ?? 0) + 1);
      if (was === is) continue;
      moved += 1;
      expect(is).toBe("https://m4.example");
    }
    // Weights 1, 2, 3, 1, 2: the fifth has 2 of 9.
    expect(Math.abs(moved / keys.length - 2 / 9)).toBeLessThan(0.03);
    for (const [at, { url, weight }] of toMembers(5).entries())
      expect([at, Math.abs((counts.get(url) ?? 0) / keys.length - weight / 9) < 0.03]).toEqual([at, true]);
  });

  test("moves the keys of a member that is open to all others, and no other key", () => {
    const pool = toPool({ members: toMembers(4) });
    const states = pool.members.map((_, at) => (at === 2 ? OPEN : WELL));
    const takers = new Set<string>();
    for (let at = 0; at < 2_000; at += 1) {
      const was = choiceOf(pool, `user-${at}`);
      const is = choiceOf(pool, `user-${at}`, states);
      if (was === "https://m2.example") takers.add(is);
      else expect(is).toBe(was);
    }
    expect([...takers].sort()).toEqual(["https://m0.example", "https://m1.example", "https://m3.example"]);
  });
});

test("toWaitMs() is the shortest time until a member may be asked", () => {
  const pool = toPool();
  expect(toWaitMs(pool, [OPEN, { ...WELL, breaker: openUntil(CLOSED, NOW_MS + 1_200) }, DOWN], NOW_MS)).toBe(
    1_200,
  );
  expect(toWaitMs(pool, [DOWN, DOWN, DOWN], NOW_MS)).toBe(5_000);
  expect(toWaitMs(pool, [OPEN, HALF_OPEN, DOWN], NOW_MS)).toBe(0);
});

import { array, assert, boolean, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { LookUpReserve } from "../../../src/core/consumers/look-up-reserve.ts";

const LIMIT = 20;
const WINDOW_MS = 60_000;
const SAVED = 5;
const newReserve = (): LookUpReserve => new LookUpReserve({ limit: LIMIT, windowMs: WINDOW_MS });

describe("take()", () => {
  it("gives an address that is new nothing at first, then one in window / limit", () => {
    const reserve = newReserve();
    const taken = [0, 2_999, 3_000, 3_001, 5_999, 6_000].map((atMs) => reserve.take("a", `${atMs}`, atMs));
    expect(taken).toEqual([false, false, true, false, false, true]);
  });

  it("saves up a quarter of the limit", () => {
    const reserve = newReserve();
    reserve.take("a", "first", 0);
    const taken = Array.from({ length: 10 }, (_, at) => reserve.take("a", `${at}`, 3_600_000));
    expect(taken.filter((isTaken) => isTaken)).toHaveLength(SAVED);
  });

  it("keeps addresses apart, and an address that is forgotten gets nothing for it", () => {
    const reserve = newReserve();
    reserve.take("a", "first", 0);
    expect(reserve.take("b", "x", 3_000)).toBe(false);
    for (let at = 0; at < 10_000; at += 1) reserve.take(`other ${at}`, "y", 3_000);
    expect(reserve.take("a", "z", 4_000)).toBe(false);
  });

  it("does not go back with the clock", () => {
    const reserve = newReserve();
    reserve.take("a", "first", 0);
    expect(reserve.take("a", "second", -100_000)).toBe(false);
    expect(reserve.take("a", "third", -96_000)).toBe(true);
  });

  it("never lets more guesses through in any time than what is saved and what comes in it", () => {
    const steps = array(record({ waitMs: integer({ min: 0, max: 5_000 }), isGood: boolean() }), {
      maxLength: 200,
    });
    assert(
      property(steps, (played) => {
        const reserve = newReserve();
        const guessesMs: number[] = [];
        let nowMs = 0;
        for (const [at, { waitMs, isGood }] of played.entries()) {
          nowMs += waitMs;
          if (!reserve.take("a", `${at}`, nowMs)) continue;
          if (isGood) reserve.giveBack("a", nowMs);
          else guessesMs.push(nowMs);
        }
        for (const [first, fromMs] of guessesMs.entries())
          for (const [more, toMs] of guessesMs.slice(first).entries())
            expect(more + 1).toBeLessThanOrEqual(SAVED + 1 + ((toMs - fromMs) * LIMIT) / WINDOW_MS);
      }),
    );
  });
});

describe("giveBack()", () => {
  it("makes look-ups that find somebody cost nothing", () => {
    const reserve = newReserve();
    reserve.take("a", "first", 0);
    for (let at = 0; at < 100; at += 1) {
      expect(reserve.take("a", `good ${at}`, 3_000)).toBe(true);
      reserve.giveBack("a", 3_000);
    }
  });
});

describe("refuse()", () => {
  it("keeps a credential that nobody issued from being looked up for a minute, at no cost to others", () => {
    const reserve = newReserve();
    reserve.take("a", "first", 0);
    expect(reserve.take("a", "forgotten", 3_000)).toBe(true);
    reserve.refuse("forgotten", 3_000);
    expect(reserve.take("a", "forgotten", 60_000)).toBe(false);
    expect(reserve.take("b", "forgotten", 60_000)).toBe(false);
    expect(reserve.take("a", "good", 60_000)).toBe(true);
    expect(reserve.take("a", "forgotten", 63_000)).toBe(true);
  });
});

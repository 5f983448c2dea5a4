import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type BanSettings,
  type BanState,
  countDenials,
  shortenBan,
  toBanExpiryMs,
  toBanMs,
} from "../../../src/core/counters/ban.ts";

const START_MS = 1_700_000_000_000;
const ban: BanSettings = { after: 3, windowMs: 10_000, forMs: [1_000, 5_000, 20_000] };

interface Denied {
  readonly atMs: number;
  readonly denials?: number;
}

/** The state after these denials, with times from the start. */
function deny(denied: readonly Denied[], from?: BanState, settings = ban): BanState | undefined {
  return denied.reduce<BanState | undefined>(
    (state, { atMs, denials = 1 }) => countDenials(settings, state, { nowMs: START_MS + atMs, denials }),
    from,
  );
}

/** The lengths of the bans that these many denials at once, at these moments, make: 0 where they make none. */
function toLengths(momentsMs: readonly number[], denials = ban.after): readonly number[] {
  let state: BanState | undefined;
  return momentsMs.map((atMs) => {
    const before = toBanMs(state, START_MS + atMs);
    state = deny([{ atMs, denials }], state);
    return before > 0 ? 0 : toBanMs(state, START_MS + atMs);
  });
}

describe("countDenials()", () => {
  const windows: readonly (readonly [denied: readonly Denied[], banMs: number])[] = [
    [[{ atMs: 0 }, { atMs: 5_000 }], 0],
    [[{ atMs: 0 }, { atMs: 5_000 }, { atMs: 9_999 }], 1_000],
    [[{ atMs: 0 }, { atMs: 5_000 }, { atMs: 10_000 }], 0],
    [[{ atMs: 0, denials: 2 }, { atMs: 1 }], 1_000],
    [[{ atMs: 0, denials: 3 }], 1_000],
    [[{ atMs: 0, denials: 1_000_000 }], 1_000],
    [
      [
        { atMs: 0, denials: 2 },
        { atMs: 10_000, denials: 2 },
      ],
      0,
    ],
  ];
  test.each(windows)("of %j in a window of 10 s bans after three: for %i ms", (denied, banMs) => {
    const lastMs = START_MS + (denied.at(-1)?.atMs ?? 0);
    expect(toBanMs(deny(denied), lastMs)).toBe(banMs);
  });

  const escalations: readonly (readonly [momentsMs: readonly number[], lengthsMs: readonly number[]])[] = [
    // Each as soon as the one before is over: longer and longer, and the last repeats.
    [
      [0, 1_000, 6_000, 26_000],
      [1_000, 5_000, 20_000, 20_000],
    ],
    // One stretch as long as the last ban forgives one level, and only that.
    [
      [0, 1_000, 6_000 + 4_999],
      [1_000, 5_000, 20_000],
    ],
    [
      [0, 1_000, 6_000 + 5_000],
      [1_000, 5_000, 5_000],
    ],
    [
      [0, 1_000, 6_000 + 10_000],
      [1_000, 5_000, 1_000],
    ],
    [
      [0, 1_000, 6_000, 26_000 + 20_000],
      [1_000, 5_000, 20_000, 20_000],
    ],
    [
      [0, 1_000, 6_000, 26_000 + 40_000],
      [1_000, 5_000, 20_000, 5_000],
    ],
    [
      [0, 1_000, 6_000, 26_000 + 60_000],
      [1_000, 5_000, 20_000, 1_000],
    ],
    // However often the last repeats, it is forgiven in as many steps.
    [
      [0, 1_000, 6_000, 26_000, 46_000, 66_000 + 60_000],
      [1_000, 5_000, 20_000, 20_000, 20_000, 1_000],
    ],
  ];
  test.each(escalations)("enough denials at %j ms ban for %j ms", (momentsMs, lengthsMs) => {
    expect(toLengths(momentsMs)).toEqual(lengthsMs);
  });

  test("below the number forgives nothing: the next ban is as long as without them", () => {
    const third = deny([
      { atMs: 0, denials: 3 },
      { atMs: 1_000, denials: 3 },
      { atMs: 6_000, denials: 3 },
    ]);
    // The third ban ends at 26 s; a stretch of 20 s forgives one level of three.
    const restless = deny([{ atMs: 46_000 }, { atMs: 46_001 }], third);
    expect(toBanMs(restless, START_MS + 46_001)).toBe(0);
    const again = deny([{ atMs: 46_002 }], restless);
    expect(toBanMs(again, START_MS + 46_002)).toBe(20_000);
  });

  test("during a ban changes nothing", () => {
    const banned = deny([{ atMs: 0, denials: 3 }]);
    expect(deny([{ atMs: 1, denials: 100 }, { atMs: 999 }], banned)).toBe(banned);
  });

  test("under settings that were shortened ends a running ban as early as they say, and never later", () => {
    const made = (settings: BanSettings): BanState & { readonly settings: BanSettings } => ({
      ...(deny([{ atMs: 0, denials: 3 }], undefined, settings) as BanState),
      settings,
    });
    const lasting = (forMs: readonly number[]): BanSettings => ({ ...ban, forMs });
    const waits = (before: readonly number[], after: readonly number[], atMs: number): number =>
      toBanMs(shortenBan(lasting(after), made(lasting(before))), START_MS + atMs);
    expect(waits([60_000], [10_000], 1_000)).toBe(9_000);
    expect(waits([60_000], [10_000], 10_000)).toBe(0);
    expect(waits([60_000], [60_000], 1_000)).toBe(59_000);
    expect(waits([10_000], [60_000], 1_000)).toBe(9_000);
    expect(waits([10_000], [60_000], 10_000)).toBe(0);
  });

  const settings = fc.record({
    after: fc.integer({ min: 1, max: 5 }),
    windowMs: fc.integer({ min: 1, max: 1_000 }),
    forMs: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 4 }),
  });
  const steps = fc.array(
    fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), denials: fc.integer({ min: 1, max: 6 }) }),
    { maxLength: 60 },
  );

  test("never locks a key out for longer than configured, however it hammers", () => {
    fc.assert(
      fc.property(settings, steps, (given, taken) => {
        const longestMs = Math.max(...given.forMs);
        let state: BanState | undefined;
        let nowMs = START_MS;
        let bannedSinceMs: number | undefined;
        for (const { waitMs, denials } of taken) {
          nowMs += waitMs;
          const wasBanned = toBanMs(state, nowMs) > 0;
          state = countDenials(given, state, { nowMs, denials });
          if (!wasBanned) bannedSinceMs = nowMs;
          const untilMs = nowMs + toBanMs(state, nowMs);
          expect(untilMs - (bannedSinceMs ?? nowMs)).toBeLessThanOrEqual(longestMs);
        }
      }),
    );
  });

  test("from toBanExpiryMs() on goes on like a key that was never denied", () => {
    fc.assert(
      fc.property(settings, steps, steps, fc.nat(1_000), (given, before, after, laterMs) => {
        let state: BanState | undefined;
        let nowMs = START_MS;
        for (const { waitMs, denials } of before) {
          nowMs += waitMs;
          state = countDenials(given, state, { nowMs, denials });
        }
        nowMs = state === undefined ? nowMs : Math.max(nowMs, toBanExpiryMs(given, state)) + laterMs;
        let fresh: BanState | undefined;
        for (const { waitMs, denials } of after) {
          nowMs += waitMs;
          state = countDenials(given, state, { nowMs, denials });
          fresh = countDenials(given, fresh, { nowMs, denials });
          expect(toBanMs(state, nowMs)).toBe(toBanMs(fresh, nowMs));
        }
      }),
    );
  });
});

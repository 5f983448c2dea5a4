import { expect, test } from "vitest";
import { quota } from "../../../src/core/algorithms/quota.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

const at = (text: string): number => Date.parse(text);
const HOUR_MS = 3_600_000;

const daily = parse(quota, { limit: 5, period: "day" });

test("decide() starts again at midnight", () => {
  const table: readonly Row[] = [
    { atMs: at("2026-11-22T10:00Z"), cost: 4, outcome: "allowed", remaining: 1, retryAfterMs: 0 },
    { atMs: at("2026-11-22T23:00Z"), cost: 2, outcome: "denied", remaining: 1, retryAfterMs: HOUR_MS },
    { atMs: at("2026-11-22T23:00Z"), cost: 6, outcome: "impossible", remaining: 1, retryAfterMs: Infinity },
    { atMs: at("2026-11-22T23:59:59.999Z"), cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: at("2026-11-23T00:00Z"), cost: 5, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: at("2026-11-22T23:00Z"), cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 25 * HOUR_MS },
  ];
  expect(play(quota, daily, table).rows).toEqual(table);
});

test("a changed period keeps what was used while any of it can be in today's", () => {
  const { state } = play(quota, daily, [{ atMs: at("2026-11-22T10:00Z"), cost: 4 }]);
  const monthly = parse(quota, { limit: 5, period: "month" });
  expect(quota.decide(monthly, state, { nowMs: at("2026-11-30T23:00Z"), cost: 0 }).remaining).toBe(1);
  const eastern = { ...daily, timeZone: "Asia/Tokyo" };
  expect(quota.decide(eastern, state, { nowMs: at("2026-11-22T14:59Z"), cost: 0 }).remaining).toBe(1);
  expect(quota.decide(eastern, state, { nowMs: at("2026-11-22T15:00Z"), cost: 0 }).remaining).toBe(5);
});

test("charge() gives back only in the period in which the units were taken", () => {
  const { state } = play(quota, daily, [{ atMs: at("2026-11-22T00:30Z"), cost: 4 }]);
  const giveBack = (takenAt: string): unknown =>
    quota.charge(daily, state, { nowMs: at("2026-11-22T01:00Z"), units: -3, takenAtMs: at(takenAt) });
  expect(giveBack("2026-11-22T00:30Z")).toMatchObject({ used: 1 });
  expect(giveBack("2026-11-21T23:30Z")).toMatchObject({ used: 4 });
});

test("parseConfig() refuses an unknown time zone, and an anchor day without a month", () => {
  expect(parse(quota, { limit: 5, period: "month" })).toEqual({
    limit: 5,
    period: "month",
    timeZone: "UTC",
    anchorDay: 1,
    weekStart: "monday",
    startHour: 0,
  });
  expect(parseProblems(quota, { limit: 5, period: "day", timeZone: "Europe/Atlantis" })).toEqual([
    'timeZone: must be an IANA time zone such as "Europe/Berlin", received "Europe/Atlantis"; did you mean "Europe/Athens"?',
  ]);
  expect(parseProblems(quota, { limit: 5, period: "week", anchorDay: 3 })).toEqual([
    'anchorDay: must be left out unless period is "month", received 3',
  ]);
  expect(parseProblems(quota, { limit: 5, period: "hour", weekStart: "sunday", startHour: 24 })).toEqual([
    "startHour: must be a whole number from 0 to 23, received 24",
  ]);
  expect(parseProblems(quota, { limit: 5, period: "hour", weekStart: "sunday", startHour: 2 })).toEqual([
    'weekStart: must be left out unless period is "week", received "sunday"',
    'startHour: must be left out where period is "hour", received 2',
  ]);
});

// The counter's side, step by step: what is aside, what is charged, when, and who gets how much.

import { describe, expect, test } from "vitest";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import type { LeaseReport } from "../../../src/core/leases/lease-messages.ts";
import { MARGIN_MS, toLeaseTerms } from "../../../src/core/leases/lease-terms.ts";
import { toWaterLevel } from "../../../src/core/leases/fair-share.ts";
import {
  expireLeases,
  grant,
  type LeasedCounter,
  LEASES_MAX,
  NO_LEASES,
  readReport,
  type Rules,
} from "../../../src/core/leases/counter-leases.ts";

const NOW_MS = 1_700_000_000_000;

function toRules(options: Record<string, unknown> & { algorithm: keyof typeof algorithms }): Rules {
  const settings = algorithms[options.algorithm].parseConfig(options);
  if (!settings.ok) throw new Error(JSON.stringify(settings.error));
  return { algorithm: options.algorithm, settings: settings.value };
}

const bucket = toRules({ algorithm: "token-bucket", limit: 600, window: "1m" });
const TERMS = { ttlMs: 5_000, refillPerMs: 0.01 };
const NEVER_SEEN: LeasedCounter = { state: undefined, leases: NO_LEASES };

const toReport = (told: Partial<LeaseReport>): LeaseReport => ({
  account: "a",
  seq: 1,
  spent: 0,
  kept: 0,
  wantedPerSecond: 4,
  cost: 1,
  ...told,
});

function toLeft({ state, leases }: LeasedCounter, nowMs: number): number {
  const { decide } = algorithms["token-bucket"];
  return decide(bucket.settings as never, state as never, { nowMs, cost: 0 }).remaining - leases.units;
}

function report(before: LeasedCounter, told: Partial<LeaseReport>, nowMs: number): LeasedCounter {
  const read = readReport(bucket, expireLeases(bucket, before, nowMs), { report: toReport(told), nowMs });
  const request = { report: toReport(told), terms: TERMS, available: toLeft(read, nowMs), nowMs };
  return { ...read, leases: grant(read.leases, request) };
}

describe("a lease", () => {
  const granted = report(NEVER_SEEN, {}, NOW_MS);

  test("is aside from the moment it is given: a quarter more than is wanted for its time", () => {
    expect(granted.leases.units).toBe(25);
    expect(toLeft(granted, NOW_MS)).toBe(575);
  });

  test("is charged in full when it ends, as of its end, a margin after its isolate stopped", () => {
    const endMs = NOW_MS + 5_000 + MARGIN_MS;
    expect(expireLeases(bucket, granted, endMs - 1)).toBe(granted);
    const expired = expireLeases(bucket, granted, endMs + 1_000);
    expect(expired.leases.units).toBe(0);
    expect(toLeft(expired, endMs)).toBe(575);
    expect(toLeft(expired, endMs + 1_000)).toBe(585);
  });

  test("is charged with what a report says was spent; what is not kept comes back", () => {
    const after = report(granted, { seq: 2, spent: 10, kept: 3, wantedPerSecond: 0 }, NOW_MS);
    expect(after.leases.units).toBe(3);
    expect(toLeft(after, NOW_MS)).toBe(587);
  });

  test("changes nothing when the same report comes again, or an older one", () => {
    const after = report(granted, { seq: 3, spent: 10, kept: 15 }, NOW_MS);
    for (const seq of [3, 2])
      expect(readReport(bucket, after, { report: toReport({ seq, spent: 25 }), nowMs: NOW_MS + 5 })).toBe(
        after,
      );
  });

  test("whose answer was lost goes back with the next report, and is not granted twice", () => {
    const after = report(granted, { seq: 2, spent: 0, kept: 0 }, NOW_MS);
    expect(after.leases.units).toBe(25);
    expect(toLeft(after, NOW_MS)).toBe(575);
  });

  test("that expired gives back what was not spent of it with the isolate's next report, less what has drained since", () => {
    const endMs = NOW_MS + 5_000 + MARGIN_MS;
    const told = { seq: 2, spent: 10, kept: 0, wantedPerSecond: 0 };
    expect(toLeft(report(granted, told, endMs), endMs)).toBe(590);
    expect(toLeft(report(granted, told, endMs + 1_000), endMs + 1_000)).toBe(590);
    expect(toLeft(report(granted, { ...told, kept: 5 }, endMs), endMs)).toBe(585);
  });

  test("of an account that is not known charges nothing: a row counts it", () => {
    const after = report(NEVER_SEEN, { spent: 400, kept: 50, wantedPerSecond: 0 }, NOW_MS);
    expect(after.leases.units).toBe(0);
    expect(toLeft(after, NOW_MS)).toBe(600);
  });

  test("is given to so many isolates at a time, and to another when one has long said nothing", () => {
    let counter = NEVER_SEEN;
    for (let index = 0; index <= LEASES_MAX; index += 1)
      counter = report(counter, { account: `a${index}`, wantedPerSecond: 0 }, NOW_MS);
    expect(counter.leases.byAccount.size).toBe(LEASES_MAX);
    expect(counter.leases.byAccount.has(`a${LEASES_MAX}`)).toBe(false);
    expect([...report(counter, { account: "b" }, NOW_MS + 60_000).leases.byAccount.keys()]).toEqual(["b"]);
  });
});

describe("shares", () => {
  test("shrink as less is left, down to nothing", () => {
    const wanted = { wantedPerSecond: 1_000 };
    const sizes = [0, 300, 500, 590, 599, 600].map((used) => {
      const state = algorithms["token-bucket"].charge(bucket.settings as never, undefined, {
        nowMs: NOW_MS,
        units: used,
      });
      return report({ state, leases: NO_LEASES }, wanted, NOW_MS).leases.units;
    });
    expect(sizes).toEqual([...sizes].sort((one, other) => other - one));
    expect(sizes.slice(-2)).toEqual([0, 0]);
    expect(sizes[0]).toBeLessThan(600);
  });

  test("are equal for all who want more than an equal share", () => {
    expect(toWaterLevel([5, 1, 9], 10)).toBe(4.5);
    expect(toWaterLevel([5, 1, 9], 12)).toBe(6);
    expect(toWaterLevel([5, 1, 9], 15)).toBe(Infinity);
    expect(toWaterLevel([8, 8], 4)).toBe(2);
    expect(toWaterLevel([], 4)).toBe(Infinity);
  });
});

describe("a lease of a limit below 100", () => {
  const small = toRules({ algorithm: "sliding-window", limit: 60, window: "1m" });
  const told = (account: string, seq: number): LeaseReport =>
    toReport({ account, seq, wantedPerSecond: 1_000, isSmall: true });

  function ask(before: LeasedCounter, account: string, { seq, nowMs }: { seq: number; nowMs: number }) {
    const kept = before.leases.byAccount.get(account)?.units ?? 0;
    const asked = { ...told(account, seq), kept };
    const read = readReport(small, before, { report: asked, nowMs });
    const available = 60 - read.leases.units;
    const request = { report: asked, rules: small, terms: TERMS, available, nowMs };
    return { ...read, leases: grant(read.leases, request) };
  }
  const first = ask(NEVER_SEEN, "a", { seq: 1, nowMs: NOW_MS });

  test("is granted to an isolate that was alone for 10 seconds, and not before", () => {
    expect(first.leases.units).toBe(0);
    expect(ask(first, "a", { seq: 2, nowMs: NOW_MS + 9_999 }).leases.units).toBe(0);
    expect(ask(first, "a", { seq: 2, nowMs: NOW_MS + 10_000 }).leases.units).toBeGreaterThan(0);
  });

  test("is of the upper half, however much is wanted", () => {
    let now = first;
    for (let seq = 2; seq < 20; seq += 1) now = ask(now, "a", { seq, nowMs: NOW_MS + 8_000 + seq * 1_000 });
    expect(now.leases.units).toBe(30);
  });

  test("is granted no more once another isolate has reported, until it was away for as long", () => {
    const joined = ask(first, "b", { seq: 1, nowMs: NOW_MS + 20_000 });
    expect(joined.leases.units).toBe(0);
    expect(ask(joined, "a", { seq: 2, nowMs: NOW_MS + 29_999 }).leases.units).toBe(0);
    expect(ask(joined, "a", { seq: 2, nowMs: NOW_MS + 30_000 }).leases.units).toBeGreaterThan(0);
  });
});

describe("toLeaseTerms()", () => {
  test.each([
    [{ algorithm: "token-bucket", limit: 600, window: "1m" }, 5_000],
    [{ algorithm: "token-bucket", limit: 600, window: "1m", burst: 100 }, 1_000],
    [{ algorithm: "sliding-window", limit: 10, window: "5s" }, 500],
    [{ algorithm: "fixed-window", limit: 10, window: "1h" }, 5_000],
    [{ algorithm: "token-bucket", limit: 600, window: "1m", burst: 49 }, undefined],
    [{ algorithm: "sliding-window-log", limit: 10, window: "1h" }, undefined],
    [{ algorithm: "concurrency", limit: 10, expires: "1h" }, undefined],
  ] as const)("%o is leased for %s ms", (options, ttlMs) => {
    const { algorithm, settings } = toRules(options);
    expect(toLeaseTerms(algorithm, settings)?.ttlMs).toBe(ttlMs);
  });
});

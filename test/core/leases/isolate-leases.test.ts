// What an isolate does with a lease, step by step.

import { describe, expect, test } from "vitest";
import { IsolateLeases, type LeaseReservation } from "../../../src/core/leases/isolate-leases.ts";
import { HEADROOM } from "../../../src/core/leases/lease-terms.ts";
import type { LeaseGrant, LeaseReport } from "../../../src/core/leases/lease-messages.ts";

const TERMS = { ttlMs: 5_000, refillPerMs: 0.1 };
const NOW_MS = 1_000_000;

function toReport(leases: IsolateLeases, nowMs: number, cost = 1): LeaseReport {
  const report = leases.report("k", { cost, terms: TERMS }, nowMs);
  if (report === undefined) throw new Error("no report");
  return report;
}

function reserve(leases: IsolateLeases, cost: number): LeaseReservation {
  const reservation = leases.reserve("k", cost);
  if (reservation === undefined) throw new Error("no lease");
  return reservation;
}

/** An isolate that was asked three times, and then granted so much. */
function toLeased(grant: Partial<LeaseGrant> = {}): { leases: IsolateLeases; report: LeaseReport } {
  const leases = new IsolateLeases(() => "i", 4);
  for (const atMs of [NOW_MS - 200, NOW_MS - 100, NOW_MS]) leases.take("k", 1, atMs);
  const report = toReport(leases, NOW_MS);
  const granted = { units: 40, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0, ...grant };
  leases.accept("k", { seq: report.seq, grant: granted }, { sentMs: NOW_MS, nowMs: NOW_MS + 20 });
  return { leases, report };
}

describe("take()", () => {
  test.each([1, 3])("asks for a key's first request, and wants what four of its cost take: %i", (cost) => {
    const leases = new IsolateLeases(() => "i", 4);
    expect(leases.take("k", cost, NOW_MS)).toBe("ask");
    const report = leases.report("k", { cost, terms: TERMS }, NOW_MS);
    expect(report).toMatchObject({ seq: 2, spent: 0, kept: 0, cost });
    expect(HEADROOM * (report?.wantedPerSecond ?? 0) * (TERMS.ttlMs / 1_000)).toBeCloseTo(4 * cost);
  });

  test("wants what has shown from the third request on", () => {
    const leases = new IsolateLeases(() => "i", 4);
    for (const atMs of [0, 10, 20]) leases.take("k", 1, NOW_MS + atMs);
    const { wantedPerSecond } = toReport(leases, NOW_MS + 20);
    expect(HEADROOM * wantedPerSecond * (TERMS.ttlMs / 1_000)).toBeGreaterThan(4);
  });

  test("spends what was granted and no more, until the lease is over by the time of sending", () => {
    const { leases } = toLeased({ units: 2, ttlMs: 500 });
    expect(leases.take("k", 3, NOW_MS + 30)).toBe("ask");
    expect(leases.take("k", 1, NOW_MS + 499)).toMatch(/^taken/);
    expect(leases.take("k", 1, NOW_MS + 500)).toBe("ask");
    const { leases: others } = toLeased({ units: 2 });
    const answers = [1, 1, 1].map((cost) => others.take("k", cost, NOW_MS + 30));
    expect(answers.map((answer) => answer.split("-")[0])).toEqual(["taken", "taken", "ask"]);
  });

  test("renews before the lease is spent and before it is over, once", () => {
    const { leases } = toLeased({ units: 40 });
    expect(leases.take("k", 1, NOW_MS + 1_000)).toBe("taken");
    expect(leases.take("k", 1, NOW_MS + 4_950)).toBe("taken-renew");
    toReport(leases, NOW_MS + 4_950);
    expect(leases.take("k", 1, NOW_MS + 4_960)).toBe("taken");
    const { leases: others } = toLeased({ units: 3 });
    expect(others.take("k", 2, NOW_MS + 30)).toBe("taken-renew");
  });

  test("denies for a second where nothing is left, asks in the background before it is over, and tells the wait", () => {
    const { leases } = toLeased({ units: 0, waitMs: 7_000 });
    expect(leases.take("k", 1, NOW_MS + 30)).toBe("denied");
    expect(leases.toLeft("k", NOW_MS + 30).waitMs).toBe(6_990);
    expect(leases.take("k", 2, NOW_MS + 30)).toBe("ask");
    expect(leases.take("k", 1, NOW_MS + 990)).toBe("denied-renew");
    toReport(leases, NOW_MS + 990);
    expect(leases.take("k", 1, NOW_MS + 991)).toBe("denied");
    expect(leases.take("k", 1, NOW_MS + 1_000)).toBe("ask");
  });

  test("forgets leases when the clock was set back, and counts under another account then", () => {
    const { leases, report } = toLeased();
    expect(leases.take("k", 1, NOW_MS - 101)).toBe("ask");
    for (const atMs of [NOW_MS - 100, NOW_MS - 99]) leases.take("k", 1, atMs);
    expect(toReport(leases, NOW_MS - 99).account).not.toBe(report.account);
  });

  test("remembers a key that is in use while others come and go", () => {
    const { leases } = toLeased();
    for (let other = 0; other < 50; other += 1) {
      leases.take(`other ${other}`, 1, NOW_MS + 30);
      leases.take("k", 0, NOW_MS + 30);
    }
    expect(leases.take("k", 1, NOW_MS + 30)).toMatch(/^taken/);
  });
});

describe("giveBack()", () => {
  test("gives back what was not reported since, and nothing else", () => {
    const { leases } = toLeased({ units: 1 });
    const { seq } = leases;
    leases.take("k", 1, NOW_MS + 30);
    leases.giveBack("k", 1, seq);
    expect(leases.take("k", 1, NOW_MS + 31)).toMatch(/^taken/);
    const report = toReport(leases, NOW_MS + 32);
    expect(report).toMatchObject({ spent: 1, kept: 0 });
    leases.giveBack("k", 1, seq);
    expect(leases.take("k", 1, NOW_MS + 33)).toBe("ask");
  });
});

describe("accept()", () => {
  test("counts what was spent while the answer was on its way", () => {
    const { leases } = toLeased({ units: 10 });
    const report = toReport(leases, NOW_MS + 30);
    for (let time = 0; time < 4; time += 1) leases.take("k", 1, NOW_MS + 31);
    const grant = { units: 12, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0 };
    leases.accept("k", { seq: report.seq, grant }, { sentMs: NOW_MS + 30, nowMs: NOW_MS + 60 });
    expect(toReport(leases, NOW_MS + 61)).toMatchObject({ spent: 4, kept: 8 });
  });

  test("does not read an answer to any but the last report", () => {
    const { leases, report } = toLeased({ units: 5 });
    const next = toReport(leases, NOW_MS + 30);
    expect(next.seq).toBeGreaterThan(report.seq);
    const grant = { units: 50, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0 };
    leases.accept("k", { seq: report.seq, grant }, { sentMs: NOW_MS, nowMs: NOW_MS + 60 });
    expect(leases.take("k", 6, NOW_MS + 61)).toBe("ask");
  });

  test("after a failure keeps what it kept, and reports again a second later", () => {
    const { leases } = toLeased({ units: 5 });
    const { seq } = toReport(leases, NOW_MS + 30);
    leases.fail("k", seq, NOW_MS + 500);
    expect(leases.take("k", 5, NOW_MS + 501)).toBe("taken");
    expect(leases.report("k", { cost: 1, terms: TERMS }, NOW_MS + 1_499)).toBeUndefined();
    expect(toReport(leases, NOW_MS + 1_500)).toMatchObject({ spent: 5, kept: 0 });
  });
});

describe("reserve()", () => {
  test("keeps what waits for others out of what is told as spent; it goes back or is spent then", () => {
    const { leases } = toLeased({ units: 40 });
    leases.take("k", 3, NOW_MS + 30);
    leases.take("k", 2, NOW_MS + 30);
    const [three, two] = [reserve(leases, 3), reserve(leases, 2)];
    const { seq, ...told } = toReport(leases, NOW_MS + 40);
    expect(told).toMatchObject({ spent: 0, kept: 40 });
    leases.accept(
      "k",
      { seq, grant: { units: 45, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0 } },
      {
        sentMs: NOW_MS + 40,
        nowMs: NOW_MS + 50,
      },
    );
    expect(leases.toLeft("k", NOW_MS + 50).units).toBe(40);
    leases.cancel(three);
    leases.commit(two);
    expect(leases.toLeft("k", NOW_MS + 50).units).toBe(43);
    expect(toReport(leases, NOW_MS + 60)).toMatchObject({ spent: 2 });
  });

  test("is spent where the lease has ended: its counter has charged it", () => {
    const { leases } = toLeased({ units: 10, ttlMs: 500 });
    leases.take("k", 4, NOW_MS + 30);
    const reservation = reserve(leases, 4);
    const { seq, ...told } = toReport(leases, NOW_MS + 600);
    expect(told).toMatchObject({ spent: 4, kept: 0 });
    const grant = { units: 10, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0 };
    leases.accept("k", { seq, grant }, { sentMs: NOW_MS + 600, nowMs: NOW_MS + 610 });
    leases.cancel(reservation);
    expect(leases.toLeft("k", NOW_MS + 620).units).toBe(10);
  });

  test.each(["cancel", "commit"] as const)(
    "of a lease that was forgotten leaves the next one of its key as it was granted: %s()",
    (end) => {
      const { leases } = toLeased();
      leases.take("k", 4, NOW_MS + 30);
      const reservation = reserve(leases, 4);
      // The clock was set back.
      leases.take("k", 1, NOW_MS - 200);
      const { seq } = toReport(leases, NOW_MS - 200);
      const grant = { units: 10, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0 };
      leases.accept("k", { seq, grant }, { sentMs: NOW_MS - 200, nowMs: NOW_MS - 190 });
      leases[end](reservation);
      expect(leases.toLeft("k", NOW_MS - 190).units).toBe(10);
      expect(toReport(leases, NOW_MS - 180)).toMatchObject({ spent: 0 });
    },
  );
});

test("forgetDenials() lets those ask at once that were denied under other limits, and leaves what was granted", () => {
  const { leases } = toLeased({ units: 0, waitMs: 7_000 });
  expect(leases.take("k", 1, NOW_MS + 30)).toBe("denied");
  leases.forgetDenials();
  expect(leases.take("k", 1, NOW_MS + 31)).toBe("ask");
  const { leases: others } = toLeased({ units: 5 });
  others.forgetDenials();
  expect(others.take("k", 1, NOW_MS + 31)).toMatch(/^taken/);
});

test("accept() of a grant that covers the demand lets a report go out at any time; of one that is short, after a second", () => {
  const again = (grant: Partial<LeaseGrant>): LeaseReport | undefined => {
    const { leases } = toLeased(grant);
    const { seq, kept } = toReport(leases, NOW_MS + 1_100);
    const granted = { units: kept, ttlMs: 5_000, waitMs: 0, remaining: 0, resetMs: 0 };
    leases.accept("k", { seq, grant: granted }, { sentMs: NOW_MS + 1_100, nowMs: NOW_MS + 1_110 });
    return leases.report("k", { cost: 1, terms: TERMS }, NOW_MS + 1_120);
  };
  expect(again({ units: 1_000 })).toBeDefined();
  expect(again({ units: 3 })).toBeUndefined();
});

test("report() hands back what is too little for the request that asks", () => {
  const { leases } = toLeased({ units: 3 });
  expect(leases.take("k", 5, NOW_MS + 1_100)).toBe("ask");
  expect(toReport(leases, NOW_MS + 1_100, 5)).toMatchObject({ spent: 0, kept: 0 });
});

test("take() asks while there is something left, though too little, whatever the counter said of the time after", () => {
  const { leases } = toLeased({ units: 3, waitMs: 7_000 });
  expect(leases.take("k", 2, NOW_MS + 30)).toMatch(/^taken/);
  expect(leases.take("k", 2, NOW_MS + 40)).toBe("ask");
  expect(toReport(leases, NOW_MS + 40, 2)).toMatchObject({ spent: 2, kept: 0 });
});

test("toLeft() tells whole units, where requests took parts of one, and take() spends every part", () => {
  const { leases } = toLeased({ units: 4, remaining: 10 });
  expect(leases.take("k", 1.375, NOW_MS + 30)).toMatch(/^taken/);
  expect(leases.toLeft("k", NOW_MS + 30)).toMatchObject({ units: 2.625, remaining: 12 });
  expect(leases.take("k", 1.375, NOW_MS + 30)).toMatch(/^taken/);
  expect(leases.toLeft("k", NOW_MS + 30)).toMatchObject({ units: 1.25, remaining: 11 });
  expect(leases.take("k", 1.375, NOW_MS + 30)).toBe("ask");
});

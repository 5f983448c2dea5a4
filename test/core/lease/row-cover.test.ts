// When a leased counter is written, and that a counter that starts from its row knows enough.

import { describe, expect, test } from "vitest";
import { Owner } from "../../../src/cli/simulate-leases/owner.ts";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import { coverUse, type RowAhead, type RowCover, UNCOVERED } from "../../../src/core/lease/row-cover.ts";

const NOW_MS = 1_700_000_000_000;
const LEASE_MS = 5_500;

/** The rows that uses of these units at these times make; a lease each, unless it is just taken. */
function toRows(
  uses: readonly { atMs: number; units: number; isTaken?: boolean }[],
): (RowAhead | undefined)[] {
  let cover: RowCover = UNCOVERED;
  return uses.map(({ atMs, units, isTaken = false }) => {
    const nowMs = NOW_MS + atMs;
    const used = coverUse(
      cover,
      { units, endsMs: nowMs + (isTaken ? 0 : LEASE_MS) },
      { nowMs, leaseMs: LEASE_MS },
    );
    ({ cover } = used);
    return used.row;
  });
}

describe("coverUse()", () => {
  test("writes the truth three times, then ahead by twice what was used since the row before", () => {
    const uses = [0, 1, 2, 3, 4, 5, 6].map((atMs) => ({ atMs, units: 1 }));
    expect(toRows(uses).map((row) => row?.units)).toEqual([0, 0, 0, 2, undefined, undefined, 6]);
  });

  test("covers every lease to its end: one that would end later is written", () => {
    const [first, second, third] = toRows([
      { atMs: 0, units: 0 },
      { atMs: 1_000, units: 0 },
      { atMs: 1_001, units: 0 },
    ]);
    expect(first?.untilMs).toBe(NOW_MS + 1_000 + LEASE_MS);
    expect(second).toBeUndefined();
    expect(third?.untilMs).toBe(NOW_MS + 2_001 + LEASE_MS);
  });

  test("covers nothing after its time", () => {
    const taken = [0, 0, 0, 0].map((atMs) => ({ atMs, units: 10, isTaken: true }));
    const [, , , ahead, inTime] = toRows([...taken, { atMs: 6_499, units: 1, isTaken: true }]);
    expect(ahead?.units).toBe(20);
    expect(inTime).toBeUndefined();
    expect(toRows([...taken, { atMs: 6_500, units: 1, isTaken: true }])[4]?.units).toBe(0);
  });

  test("what is handed back may be used again, and only what is", () => {
    const uses = [10, 10, 10, -4, 4, 1].map((units) => ({ atMs: 0, units }));
    expect(toRows(uses).map((row) => row !== undefined)).toEqual([true, true, true, false, false, true]);
  });

  test("a busy key is written about once a second", () => {
    const uses = Array.from({ length: 20_000 }, (_, index) => ({ atMs: index, units: 5 }));
    expect(toRows(uses).filter((row) => row !== undefined).length).toBeLessThan(32);
  });
});

describe("a counter that starts from its row", () => {
  const settings = algorithms["token-bucket"].parseConfig({ limit: 600, window: "1m" });
  const toOwner = (): Owner =>
    new Owner({ algorithm: "token-bucket", settings: settings.ok ? settings.value : undefined });
  const toLeft = (owner: Owner, nowMs: number): number =>
    owner.handle({ cost: 0, report: undefined }, nowMs).verdict.remaining;
  const report = { account: "a", seq: 1, spent: 0, kept: 0, wantedPerSecond: 10, cost: 1 };

  test("holds what was lent aside until the lease has ended, and then counts it as used", () => {
    const owner = toOwner();
    const { grant } = owner.handle({ cost: 0, report }, NOW_MS);
    expect(grant?.units).toBe(63);
    expect(toLeft(owner, NOW_MS)).toBe(537);
    owner.restart();
    expect(toLeft(owner, NOW_MS + 5_000)).toBe(537);
    expect(toLeft(owner, NOW_MS + 6_500)).toBe(537);
    expect(toLeft(owner, NOW_MS + 6_600)).toBe(538);
  });

  test("does not count again what it covered, and does not give back what it did not lend", () => {
    const owner = toOwner();
    owner.handle({ cost: 0, report }, NOW_MS);
    owner.restart();
    const next = { ...report, seq: 2, spent: 40, kept: 23, wantedPerSecond: 0 };
    expect(owner.handle({ cost: 0, report: next }, NOW_MS).grant?.units).toBe(0);
    expect(toLeft(owner, NOW_MS)).toBe(537);
  });
});

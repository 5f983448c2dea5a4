// When a leased counter is written, and that a counter that starts from its row knows enough.

import { describe, expect, test } from "vitest";
import { Owner } from "../../../tools/simulate-leases/owner.ts";
import { algorithms } from "../../../src/core/algorithms/registry.ts";

const NOW_MS = 1_700_000_000_000;

describe("a counter that starts from its row", () => {
  const settings = algorithms["token-bucket"].parseConfig({ limit: 600, window: "1m" });
  const toOwner = (): Owner =>
    new Owner({ algorithm: "token-bucket", settings: settings.ok ? settings.value : undefined });
  const toLeft = (owner: Owner, nowMs: number): number =>
    owner.handle({ cost: 0, report: undefined }, nowMs).verdict.remaining;
  const report = { account: "a", seq: 1, spent: 0, kept: 0, wantedPerSecond: 10, cost: 1 };

  test("holds what was granted aside until the lease has expired, and then counts it as used", () => {
    const owner = toOwner();
    const { grant } = owner.handle({ cost: 0, report }, NOW_MS);
    expect(grant?.units).toBe(63);
    expect(toLeft(owner, NOW_MS)).toBe(537);
    owner.restart();
    expect(toLeft(owner, NOW_MS + 5_000)).toBe(537);
    expect(toLeft(owner, NOW_MS + 6_500)).toBe(537);
    expect(toLeft(owner, NOW_MS + 6_600)).toBe(538);
  });

  test("does not count its allowance twice, and does not give back what it did not grant", () => {
    const owner = toOwner();
    owner.handle({ cost: 0, report }, NOW_MS);
    owner.restart();
    const next = { ...report, seq: 2, spent: 40, kept: 23, wantedPerSecond: 0 };
    expect(owner.handle({ cost: 0, report: next }, NOW_MS).grant?.units).toBe(0);
    expect(toLeft(owner, NOW_MS)).toBe(537);
  });
});

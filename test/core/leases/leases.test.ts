// Rule 1 with leases, against a network that loses, delays, doubles and reorders, isolates and owners that die, and clocks
// that differ and step: a log of everything that was let through never passes the policy's bound.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bound, toOverAdmission } from "../../../tools/simulate-leases/exact-log.ts";
import { Owner } from "../../../tools/simulate-leases/owner.ts";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import { IsolateLeases } from "../../../src/core/leases/isolate-leases.ts";
import { toLeaseTerms } from "../../../src/core/leases/lease-terms.ts";
import { KEY, type Seen, START_MS, step, STEP_MS_MAX, World } from "./world.ts";
import { toRuns } from "../../property-runs.ts";

const BOUNDS: readonly Bound[] = [
  { algorithm: "token-bucket", limit: 60, windowMs: 30_000, burst: 30 },
  { algorithm: "token-bucket", limit: 40, windowMs: 60_000, burst: 40 },
  { algorithm: "sliding-window", limit: 30, windowMs: 10_000, burst: 30 },
  { algorithm: "sliding-window", limit: 60, windowMs: 60_000, burst: 60 },
  { algorithm: "fixed-window", limit: 40, windowMs: 8_000, burst: 40 },
];

describe("leases", () => {
  test.each(BOUNDS)("$algorithm of $limit in $windowMs ms never over-admits", (bound) => {
    const total: Seen = { leased: 0, asked: 0, refused: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 4 }),
        fc.array(step, { minLength: 80, maxLength: 300, size: "max" }),
        (aheads, steps) => {
          const world = new World(bound, aheads);
          for (const one of steps) world.play(one);
          total.leased += world.seen.leased;
          total.asked += world.seen.asked;
          total.refused += world.seen.refused;
          return toOverAdmission(world.spendings, bound) <= 1e-9;
        },
      ),
      { numRuns: toRuns(150), seed: 20_261_122 },
    );
    // It cannot pass by granting nothing, or by denying nobody.
    expect(total.leased).toBeGreaterThan(toRuns(500));
    expect(total.asked).toBeGreaterThan(toRuns(500));
    expect(total.refused).toBeGreaterThan(toRuns(500));
  });

  test("hold where an isolate's clock was set back unseen, by less than the margin, and it spends to the last", () => {
    const settings = algorithms["token-bucket"].parseConfig({ limit: 6_000, window: "1m" });
    if (!settings.ok) throw new Error("no settings");
    const terms = toLeaseTerms("token-bucket", settings.value);
    if (terms === undefined) throw new Error("not to be leased");
    const owner = new Owner({ algorithm: "token-bucket", settings: settings.value });
    const leases = new IsolateLeases(() => "i", 10);
    for (const atMs of [START_MS, START_MS, START_MS]) leases.take(KEY, 20, atMs);
    const report = leases.report(KEY, { cost: 20, terms }, START_MS);
    const { grant } = owner.handle({ cost: 0, report }, START_MS);
    leases.accept(KEY, { seq: report?.seq ?? 0, grant }, { sentMs: START_MS, nowMs: START_MS });
    const lastMs = START_MS + terms.ttlMs + STEP_MS_MAX - 1;
    let spent = 0;
    while (leases.take(KEY, 20, lastMs - STEP_MS_MAX).startsWith("taken")) spent += 20;
    expect(spent).toBeGreaterThan(500);
    const left = owner.handle({ cost: 0, report: undefined }, lastMs).verdict.remaining;
    expect(spent + left).toBeLessThanOrEqual(6_000);
  });
});

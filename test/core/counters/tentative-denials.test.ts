// No false denial: what may still be given back makes no denial certain, and nobody takes a place that was given away.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RESERVED_MS } from "../../../src/core/counters/reservations.ts";
import type { CheckVerdict } from "../../../src/core/counters/counter-messages.ts";
import { type Asked, day, Desk, LIMIT, NOW_MS } from "./key-desk.ts";
import { toRuns } from "../../property-runs.ts";

describe("a denial because of units that another object may still refuse", () => {
  const deny = (desk: Desk, more: Partial<Asked> = {}): CheckVerdict | undefined =>
    desk.ask("take", `denied ${Math.random()}`, more);

  test("is tentative until the decision is confirmed, settled, released or long over", () => {
    const ends: readonly (readonly [end: (desk: Desk) => void, nowMs: number, isTentative: boolean])[] = [
      [() => undefined, NOW_MS, true],
      [() => undefined, NOW_MS + RESERVED_MS - 1, true],
      [() => undefined, NOW_MS + RESERVED_MS, false],
      [(desk) => desk.ask("take", "peek", { cost: 0, confirmed: ["one"] }), NOW_MS, false],
      [(desk) => desk.ask("take", "peek", { cost: 0, confirmed: ["another"] }), NOW_MS, true],
      [(desk) => desk.reset(), NOW_MS, true],
    ];
    for (const [end, nowMs, isTentative] of ends) {
      const desk = new Desk();
      desk.ask("commit", "one", { cost: LIMIT });
      end(desk);
      const verdict = deny(desk, { nowMs });
      expect([verdict?.outcome, verdict?.isTentative ?? false]).toEqual(["denied", isTentative]);
    }
  });

  test("is certain where it would be denied for as long without them", () => {
    const desk = new Desk();
    desk.ask("take", "certain", { cost: LIMIT - 1 });
    desk.ask("commit", "one");
    const [small, large] = [deny(desk), deny(desk, { cost: LIMIT })];
    expect([small?.isTentative, large?.isTentative]).toEqual([true, false]);
  });

  const algorithms = fc.constantFrom<Record<string, unknown>>(
    day,
    { algorithm: "token-bucket", limit: LIMIT, window: "10s" },
    { algorithm: "sliding-window", limit: LIMIT, window: "10s" },
    { algorithm: "sliding-window-counter", limit: LIMIT, window: "10s" },
    { algorithm: "fixed-window", limit: LIMIT, window: "10s" },
    { algorithm: "leaky-bucket", limit: LIMIT, window: "10s", delayMax: "3s" },
    { algorithm: "quota", limit: LIMIT, period: "day" },
  );
  const commits = fc.array(
    fc.record({
      phase: fc.constantFrom("take" as const, "commit" as const),
      cost: fc.integer({ min: 1, max: 3 }),
      waitMs: fc.nat(1_500),
      isReset: fc.boolean(),
      isReleased: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8 },
  );

  /** Takes one after the other; the releases that may come by then. */
  function takeAll(
    desk: Desk,
    all: typeof commits extends fc.Arbitrary<infer Value> ? Value : never,
  ): { readonly nowMs: number; readonly releases: readonly (() => void)[] } {
    let nowMs = NOW_MS;
    const releases: (() => void)[] = [];
    for (const [index, { phase, waitMs, isReset, isReleased, cost }] of all.entries()) {
      nowMs += waitMs;
      const takenAtMs = nowMs;
      const isTaken = desk.ask(phase, `d${index}`, { nowMs, cost })?.outcome === "allowed";
      if (isReset) desk.reset();
      if (!isTaken || phase === "take" || !isReleased) continue;
      const committed = { takenAtMs, policies: ["p"] };
      releases.push(() => {
        if (nowMs - takenAtMs < RESERVED_MS) desk.ask("release", `d${index}`, { nowMs, cost, committed });
      });
    }
    return { nowMs, releases };
  }

  test("one that is not tentative stays true whatever is released", () => {
    fc.assert(
      fc.property(algorithms, commits, fc.integer({ min: 1, max: 3 }), (options, taken, cost) => {
        const desk = new Desk(options);
        const { nowMs, releases } = takeAll(desk, taken);
        const verdict = deny(desk, { nowMs, cost });
        if (verdict?.outcome !== "denied" || verdict.isTentative === true) return;
        for (const release of releases) release();
        expect(deny(desk, { nowMs, cost })?.outcome).toBe("denied");
        expect(deny(desk, { nowMs: nowMs + verdict.retryAfterMs - 1, cost })?.outcome).toBe("denied");
      }),
      { numRuns: toRuns(500) },
    );
  });

  test("says the exact wait if held units are committed at once: who obeys it is admitted, also if they are released", () => {
    for (const end of ["commit", "release"] as const) {
      const desk = new Desk({ ...day, window: "10s" });
      desk.ask("hold", "one", { cost: LIMIT });
      const verdict = deny(desk);
      expect([verdict?.isTentative, verdict?.retryAfterMs]).toEqual([true, 10_000]);
      desk.ask(end, "one", { cost: LIMIT });
      expect(deny(desk, { nowMs: NOW_MS + 10_000 })?.outcome).toBe("allowed");
    }
    const desk = new Desk({ ...day, window: "10s" });
    desk.ask("hold", "one", { cost: LIMIT });
    desk.ask("commit", "one", { cost: LIMIT });
    expect(deny(desk, { nowMs: NOW_MS + 9_999 })?.outcome).toBe("denied");
  });
});

test("a place in a queue that is released with others behind it is nobody else's", () => {
  const queue = { algorithm: "leaky-bucket", limit: 10, window: "1s", delayMax: "1s" };
  for (const released of ["a", "b", "c"]) {
    const desk = new Desk(queue);
    const places = new Map(
      ["a", "b", "c"].map((id) => [id, NOW_MS + (desk.ask("hold", id)?.delayMs ?? NaN)]),
    );
    desk.ask("release", released, { nowMs: NOW_MS + 10 });
    places.delete(released);
    for (const id of places.keys()) desk.ask("commit", id, { nowMs: NOW_MS + 20 });
    const lastMs = Math.max(...places.values());
    const nextMs = NOW_MS + 20 + (desk.ask("take", "d", { nowMs: NOW_MS + 20 })?.delayMs ?? NaN);
    expect(nextMs - lastMs).toBeGreaterThanOrEqual(100);
  }
});

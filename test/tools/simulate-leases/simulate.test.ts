// The simulation, small: what `npm run simulate:leases` prints, held to what leases are for.

import { describe, expect, test } from "vitest";
import { toOverAdmission } from "../../../tools/simulate-leases/exact-log.ts";
import type { Scenario } from "../../../tools/simulate-leases/scenarios.ts";
import { simulate } from "../../../tools/simulate-leases/simulate.ts";

const MINUTE = { algorithm: "token-bucket", limit: 1_200, window: "1m" } as const;
const base: Scenario = {
  name: "small",
  options: MINUTE,
  isolates: 5,
  load: 1,
  seconds: 90,
  toWeight: () => 1,
};

describe("simulate()", () => {
  test.each(["token-bucket", "sliding-window"] as const)(
    "%s, with isolates and owner killed: nothing is let through too much",
    (algorithm) => {
      for (const load of [0.95, 2, 10]) {
        const killed = { isolateKillsPerSecond: 0.5, ownerKillEveryMs: 7_000, costMax: 3 };
        const scenario = { ...base, ...killed, load, options: { ...MINUTE, algorithm } };
        expect(simulate(scenario, 7).over).toBeLessThanOrEqual(0);
      }
    },
  );

  test("one hot isolate hardly calls, and gets all that an exact counter would give", () => {
    for (const load of [0.5, 2, 10]) {
      const { calls, utilisation, rows } = simulate({ ...base, isolates: 1, load }, 7);
      expect(calls).toBeLessThan(0.05);
      expect(rows).toBeLessThan(0.05);
      expect(utilisation).toBeGreaterThan(0.95);
    }
  });

  test.each(["token-bucket", "sliding-window"] as const)(
    "%s, two plans on one key, all killed: neither lets through too much, and busy plans hardly call",
    (algorithm) => {
      const limits = { free: 120, pro: 1_200 };
      const mixed = {
        limits,
        toPlan: (_: number, __: number, chance: number) => (chance < 0.5 ? "free" : "pro"),
      };
      const changing = {
        limits,
        toPlan: (_: number, atMs: number) => (Math.floor(atMs / 7_000) % 2 === 0 ? "pro" : "free"),
      };
      const options = { ...MINUTE, algorithm };
      for (const plans of [mixed, changing]) {
        const killed = { isolateKillsPerSecond: 0.5, ownerKillEveryMs: 7_000, costMax: 3 };
        expect(simulate({ ...base, ...killed, options, plans, load: 2 }, 7).over).toBeLessThanOrEqual(0);
        const { over, calls, utilisation } = simulate({ ...base, options, isolates: 1, plans, load: 2 }, 7);
        expect(over).toBeLessThanOrEqual(0);
        expect(calls).toBeLessThan(0.12);
        expect(utilisation).toBeGreaterThan(0.93);
      }
    },
  );

  test.each(["token-bucket", "sliding-window"] as const)(
    "%s of 60 a minute: one isolate saves calls, three share it as an exact counter has it",
    (algorithm) => {
      const options = { ...MINUTE, algorithm, limit: 60 };
      const alone = simulate({ ...base, options, isolates: 1, load: 0.5, seconds: 300 }, 7);
      expect(alone.over).toBeLessThanOrEqual(1e-9);
      expect(alone.calls).toBeLessThan(0.9);
      const shared = simulate({ ...base, options, isolates: 3, load: 2, seconds: 300 }, 7);
      expect(shared.over).toBeLessThanOrEqual(1e-9);
      expect(Math.min(alone.utilisation, shared.utilisation)).toBeGreaterThan(0.97);
      const killed = { isolateKillsPerSecond: 0.1, ownerKillEveryMs: 7_000, costMax: 3 };
      expect(simulate({ ...base, ...killed, options, load: 2 }, 7).over).toBeLessThanOrEqual(0);
    },
  );

  test("says the same twice", () => {
    expect(simulate(base, 7)).toEqual(simulate(base, 7));
  });
});

describe("toOverAdmission()", () => {
  test.each([
    ["token-bucket", [0, 0, 0, 30_000], 0],
    ["token-bucket", [0, 0, 0, 30_000, 30_000], 1],
    ["sliding-window", [0, 1, 59_999, 60_000], 0],
    ["sliding-window", [0, 1, 2, 59_999], 1],
    ["fixed-window", [59_997, 59_998, 59_999, 60_000, 60_001, 60_002], 0],
    ["fixed-window", [60_000, 60_001, 60_002, 119_999], 1],
  ] as const)("%s of at most 3: units at %o are %i too many", (algorithm, timesMs, over) => {
    const bound = { algorithm, limit: algorithm === "token-bucket" ? 2 : 3, windowMs: 60_000, burst: 3 };
    const found = toOverAdmission(
      timesMs.map((atMs) => ({ atMs, units: 1 })),
      bound,
    );
    expect(Math.max(0, found)).toBe(over);
  });
});

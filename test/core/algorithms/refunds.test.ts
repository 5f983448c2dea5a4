// Giving back never makes room twice: over every interval, what was admitted and not given back stays within the bound,
// whenever the refunds came.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Algorithm } from "../../../src/core/algorithms/algorithm.ts";
import { algorithms } from "../../../src/core/algorithms/registry.ts";
import { toRuns } from "../../property-runs.ts";

const START_MS = 1_700_000_000_000;

interface Taken {
  readonly atMs: number;
  readonly units: number;
  isGivenBack: boolean;
}

const step = fc.oneof(
  fc.record({
    kind: fc.constant("take" as const),
    waitMs: fc.integer({ min: 0, max: 900 }),
    units: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    kind: fc.constant("give" as const),
    waitMs: fc.integer({ min: 0, max: 900 }),
    units: fc.nat(40),
  }),
);

function run(
  name: keyof typeof algorithms,
  options: unknown,
  steps: readonly { kind: "take" | "give"; waitMs: number; units: number }[],
): readonly Taken[] {
  const algorithm = algorithms[name] as Algorithm<unknown, unknown>;
  const config = algorithm.parseConfig(options);
  if (!config.ok) throw new Error("test options are wrong");
  let state: unknown;
  let nowMs = START_MS;
  const taken: Taken[] = [];
  for (const { kind, waitMs, units } of steps) {
    nowMs += waitMs;
    if (kind === "take") {
      const verdict = algorithm.decide(config.value, state, { nowMs, cost: units });
      state = verdict.state;
      if (verdict.outcome === "allowed") taken.push({ atMs: nowMs, units, isGivenBack: false });
      continue;
    }
    const chosen = taken[taken.length - 1 - units];
    if (chosen === undefined || chosen.isGivenBack) continue;
    chosen.isGivenBack = true;
    state = algorithm.charge(config.value, state, { nowMs, units: -chosen.units, takenAtMs: chosen.atMs });
  }
  return taken;
}

function keepsBound(taken: readonly Taken[], bound: (lengthMs: number) => number): boolean {
  const kept = taken.filter(({ isGivenBack }) => !isGivenBack);
  return kept.every(({ atMs }, first) => {
    let units = 0;
    return kept.slice(first).every((later) => {
      units += later.units;
      return units <= bound(later.atMs - atMs);
    });
  });
}

const WINDOW = (lengthMs: number): number => (lengthMs < 5_000 ? 8 : Infinity);

test.each([
  ["token-bucket", { limit: 10, window: "5s", burst: 6 }, (lengthMs: number) => 6 + (10 * lengthMs) / 5_000],
  ["sliding-window", { limit: 8, window: "5s" }, WINDOW],
  ["sliding-window-log", { limit: 8, window: "5s" }, WINDOW],
] as const)("%s keeps its bound whatever is given back when", (name, options, bound) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => keepsBound(run(name, options, steps), bound)),
    { numRuns: toRuns(400) },
  );
});

test("a refund at once gives everything back", () => {
  const taken = run("token-bucket", { limit: 6, window: "24h" }, [
    { kind: "take", waitMs: 0, units: 4 },
    { kind: "give", waitMs: 0, units: 0 },
    { kind: "take", waitMs: 0, units: 4 },
  ]);
  expect(taken).toHaveLength(2);
});

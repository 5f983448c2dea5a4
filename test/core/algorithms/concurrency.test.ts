import { expect, test } from "vitest";
import { concurrency } from "../../../src/core/algorithms/concurrency.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

const config = parse(concurrency, { limit: 3, expires: "10s" });

test("decide() admits the limit in flight, and more when permits free themselves", () => {
  const table: readonly Row[] = [
    { atMs: 0, cost: 1, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
    { atMs: 4_000, cost: 2, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 5_000, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 5_000 },
    { atMs: 5_000, cost: 2, outcome: "denied", remaining: 0, retryAfterMs: 9_000 },
    { atMs: 5_000, cost: 4, outcome: "impossible", remaining: 0, retryAfterMs: Infinity },
    { atMs: 9_999, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1 },
    { atMs: 10_000, cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 14_000, cost: 0, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
  ];
  expect(play(concurrency, config, table).rows).toEqual(table);
});

test("charge() releases the permit that was taken at that time, once", () => {
  const { state } = play(concurrency, config, [
    { atMs: 0, cost: 1 },
    { atMs: 4_000, cost: 2 },
  ]);
  const released = concurrency.charge(config, state, { nowMs: 5_000, units: -1, takenAtMs: 4_000 });
  expect(released).toMatchObject({ timesMs: [0, 4_000], units: [1, 1] });
  expect(concurrency.decide(config, released, { nowMs: 5_000, cost: 1 }).outcome).toBe("allowed");
});

test("charge() does not release somebody else's permit when its own has freed itself", () => {
  const { state } = play(concurrency, config, [
    { atMs: 0, cost: 1 },
    { atMs: 9_000, cost: 1 },
  ]);
  const late = concurrency.charge(config, state, { nowMs: 10_000, units: -1, takenAtMs: 0 });
  expect(late).toMatchObject({ timesMs: [9_000], units: [1] });
});

test("a release finds its permit though the clock had stepped back when it was taken", () => {
  const { state } = play(concurrency, config, [
    { atMs: 8_000, cost: 1 },
    { atMs: 3_000, cost: 1 },
  ]);
  const released = concurrency.charge(config, state, { nowMs: 3_500, units: -1, takenAtMs: 3_000 });
  expect(concurrency.decide(config, released, { nowMs: 3_500, cost: 0 }).remaining).toBe(2);
});

test("parseConfig() frees a permit after a minute unless told", () => {
  expect(parse(concurrency, { limit: 3 })).toEqual({ limit: 3, expiresMs: 60_000 });
  expect(parseProblems(concurrency, { limit: 10_001 })).toHaveLength(1);
});

test("a permit that is renewed frees itself toHeldMs() later, and not before", () => {
  const { state } = play(concurrency, config, [{ atMs: 0, cost: 2 }]);
  const free = (nowMs: number, of: unknown): number =>
    concurrency.decide(config, of as typeof state, { nowMs, cost: 0 }).remaining;
  const heldMs = concurrency.toHeldMs?.(config) ?? 0;
  expect([heldMs, free(heldMs - 1, state), free(heldMs, state)]).toEqual([10_000, 1, 3]);
  const released = concurrency.charge(config, state, { nowMs: 7_000, units: -2, takenAtMs: 0 });
  const renewed = concurrency.charge(config, released, { nowMs: 7_000, units: 2 });
  expect([free(7_000 + heldMs - 1, renewed), free(7_000 + heldMs, renewed)]).toEqual([1, 3]);
});

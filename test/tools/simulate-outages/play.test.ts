// The simulation, small: what `npm run simulate:outages` prints, held to what onError "local" promises.

import { describe, expect, test } from "vitest";
import { playLone } from "../../../tools/simulate-outages/lone-key.ts";
import { type Outcome, play } from "../../../tools/simulate-outages/play.ts";
import { type Scenario, scenarios } from "../../../tools/simulate-outages/scenarios.ts";

const SEED = 7;
const OVER_MAX = 0.08;
/** A unit of a late answer counts from when the object took it, which is up to a quarter of a second before it was let through. */
const OVER_ALONE_MAX = 0.02;

const played = new Map<Scenario, Outcome>();

/** Once, for several tests: with the same seed it ends the same. */
function playShared(scenario: Scenario): Outcome {
  const outcome = played.get(scenario) ?? play(scenario, { seed: SEED, isWhole: false });
  played.set(scenario, outcome);
  return outcome;
}

describe("play()", () => {
  const few = scenarios.filter(({ isolates }) => isolates === 1 || isolates === 10);
  const lasting = few.filter(({ weather }) => weather.isOpen !== true);
  test.each(lasting)(
    "$weather.name, $algorithm, $isolates isolates: hardly more than the limit",
    (scenario) => {
      expect(playShared(scenario).over).toBeLessThanOrEqual(OVER_MAX);
    },
  );

  test.each(lasting.filter(({ isolates }) => isolates === 1))(
    "one isolate passes its limit by what the clocks differ: $weather.name, $algorithm",
    (scenario) => {
      expect(playShared(scenario).over).toBeLessThanOrEqual(OVER_ALONE_MAX);
    },
  );

  test("one isolate uses what there is while its object is gone, and charges it afterwards", () => {
    const gone = lasting.filter(
      ({ weather, isolates }) => weather.name === "gone for 30 s" && isolates === 1,
    );
    for (const scenario of gone) {
      const { over, utilisation } = playShared(scenario);
      expect([over < 0.01, utilisation > 0.95]).toEqual([true, true]);
    }
  });

  test("without a data centre's memory, isolates that die pass the limit by several eighths", () => {
    const scenario = scenarios.find(
      ({ weather, isolates, algorithm }) =>
        weather.dataCentres === 0 && isolates === 10 && algorithm === "sliding-window",
    );
    if (scenario === undefined) throw new Error("no such scenario");
    expect(playShared(scenario).over).toBeGreaterThan(0.15);
  });

  test("without shares and debts the same weather passes the limit by far", () => {
    const scenario = lasting.find(
      ({ weather, isolates }) => weather.name === "gone for good" && isolates === 10,
    );
    if (scenario === undefined) throw new Error("no such scenario");
    expect(play(scenario, { seed: SEED, isWhole: true }).over).toBeGreaterThan(1);
  });
});

test("a key that nobody else uses keeps an eighth of its limit in an isolate that never heard of it", () => {
  const refused = [0.05, 0.1, 1].map((demand) => playLone({ algorithm: "token-bucket", limit: 600, demand }));
  expect([refused[0], refused[1], (refused[2] ?? 1) < 0.85]).toEqual([0, 0, true]);
});

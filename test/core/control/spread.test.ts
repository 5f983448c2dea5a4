import { describe, expect, test } from "vitest";
import { CallRate, SPREAD_MAX, toFirstSpread, toNearName } from "../../../src/core/control/spread.ts";

const START_MS = Date.UTC(2030, 0, 1);

interface Isolate {
  spread: number;
  readonly draw: number;
}

/** Isolates that ask so often together, each where it was last sent; the calls of each object in the last second. */
function play(isolates: readonly Isolate[], { perSecond, seconds }: { perSecond: number; seconds: number }) {
  const objects = new Map<string, { readonly rate: CallRate; calls: number }>();
  for (let call = 0; call < perSecond * seconds; call += 1) {
    const isolate = isolates[(call * 7_919) % isolates.length];
    if (isolate === undefined) continue;
    const name = toNearName("EU", isolate);
    const object = objects.get(name) ?? { rate: new CallRate(), calls: 0 };
    objects.set(name, object);
    object.rate.count(START_MS + (call * 1_000) / perSecond);
    if (call >= perSecond * (seconds - 1)) object.calls += 1;
    isolate.spread = object.rate.toSpread(isolate.spread);
  }
  return [...objects.values()].map(({ calls }) => calls).filter((calls) => calls > 0);
}

const start = (count: number, spread = 1): Isolate[] =>
  Array.from({ length: count }, (_, at) => ({ spread, draw: at / count }));

describe("isolates of one continent", () => {
  test("keep to one object while it can bear them", () => {
    expect(play(start(500), { perSecond: 150, seconds: 30 })).toEqual([150]);
  });

  test.each([300, 600, 1_200, 2_000])(
    "of %i questions a second ask no object more than 300 times",
    (perSecond) => {
      const calls = play(start(3_500), { perSecond, seconds: 60 });
      expect(Math.max(...calls)).toBeLessThanOrEqual(300);
      expect(calls.length).toBeLessThanOrEqual(SPREAD_MAX);
    },
  );

  test("are spread no wider than that takes", () => {
    const isolates = start(3_500);
    play(isolates, { perSecond: 500, seconds: 120 });
    const sum = isolates.reduce((all, { spread }) => all + spread, 0);
    expect(sum / isolates.length).toBeLessThan(4);
  });
});

test("a clock that is set back forgets no calls", () => {
  const rate = new CallRate();
  for (let call = 0; call < 150; call += 1) rate.count(START_MS + 5_000);
  for (let call = 0; call < 150; call += 1) rate.count(START_MS);
  expect(rate.toSpread(1)).toBe(2);
});

test.each([
  [1, 1],
  [8, 1],
  [16, 1],
  [64, 2],
  [256, 8],
  [1_024, 8],
])("with %i shards a new isolate believes in %i objects", (shards, spread) => {
  expect(toFirstSpread(shards)).toBe(spread);
});

test("the first object of a continent has the continent's name, and the last draw has the last one", () => {
  expect(toNearName("EU", { spread: 4, draw: 0 })).toBe("EU");
  expect(toNearName("EU", { spread: 4, draw: 0.999_999 })).toBe("EU:3");
});

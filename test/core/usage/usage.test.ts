import { expect, test } from "vitest";
import { findPrice, PLAIN_WEIGHTS, toUsageUnits, type TokenWeights } from "../../../src/core/usage/usage.ts";

const usage = { input: 100, output: 50, cachedInput: 40, reasoning: 20 };

test.each<[TokenWeights, number]>([
  [PLAIN_WEIGHTS, 150],
  [{ input: 1, output: 0, cachedInput: 1, reasoning: 0 }, 100],
  [{ input: 1, output: 4, cachedInput: 0.1, reasoning: 2 }, 60 + 4 + 120 + 40],
  // Dollars for a million tokens are micro-dollars for one; 0.1 + 0.2 is no third unit.
  [{ input: 2.5, output: 10, cachedInput: 1.25, reasoning: 10 }, 150 + 50 + 500],
  [{ input: 0.1, output: 0.1, cachedInput: 0.1, reasoning: 0.1 }, 15],
])("toUsageUnits() by %j is %d", (weights, units) => {
  expect(toUsageUnits(usage, weights)).toBe(units);
});

test("more that is cached than there is input is no gift", () => {
  const odd = { input: 10, output: 0, cachedInput: 1_000, reasoning: 1_000 };
  expect(toUsageUnits(odd, { input: 1, output: 1, cachedInput: 0.5, reasoning: 1 })).toBe(5);
});

const at = (price: number): TokenWeights => ({
  input: price,
  output: price,
  cachedInput: price,
  reasoning: price,
});

test.each([
  ["gpt-4o", 2],
  ["gpt-4o-2024-08-06", 2],
  ["gpt-4o@20240806", 2],
  // Another model, and whatever costs most.
  ["gpt-4o-audio", 9],
  [undefined, 9],
])("findPrice() of %s is that of %d", (model, price) => {
  const prices = new Map([
    ["cheap", at(1)],
    ["gpt-4o", at(2)],
    ["dear", at(9)],
  ]);
  expect(findPrice(prices, model)).toEqual(at(price));
});

test('findPrice() takes "*" for what is not named', () => {
  expect(
    findPrice(
      new Map([
        ["dear", at(9)],
        ["*", at(3)],
      ]),
      "other",
    ),
  ).toEqual(at(3));
});

// What a request takes from one policy where that is not what its route says: a cost like a route's, or the tokens or the money
// that a call of a language model will use at most, told from its request.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { integerBetween, LIMIT_MAX, oneOf } from "../schema/primitives.ts";
import { type UsageApi, usageApis } from "../usage/formats.ts";
import { PLAIN_WEIGHTS, type PriceList, type TokenWeights } from "../usage/usage.ts";
import { type RouteCost, routeCost } from "./route-cost.ts";

export interface TokenCost {
  readonly estimate: UsageApi;
  /** Tokens that an answer may have which no caller bounds. */
  readonly output: number;
  readonly weights: TokenWeights;
  /** Micro-dollars for a token, by model; undefined: tokens are counted. */
  readonly prices: PriceList | undefined;
  readonly min: number;
  readonly max: number;
}

export type PolicyCost = RouteCost | TokenCost;

const WEIGHT_MAX = 1_000_000;
const OUTPUT_STANDARD = 1_024;
const MODELS_MAX = 1_000;

const WEIGHT_WANTED = `must be a number from 0 to ${WEIGHT_MAX}`;
const weight = v.pipe(
  v.number(WEIGHT_WANTED),
  v.minValue(0, WEIGHT_WANTED),
  v.maxValue(WEIGHT_MAX, WEIGHT_WANTED),
);

/** What is cached, and what is thought, is input and output where nothing else is said. */
const toWeights = ({ input, output, cachedInput = input, reasoning = output }: Given): TokenWeights => ({
  input,
  output,
  cachedInput,
  reasoning,
});
type Given = Pick<TokenWeights, "input" | "output"> & {
  readonly [Kind in "cachedInput" | "reasoning"]?: number | undefined;
};

const weights = v.pipe(
  object({
    input: v.optional(weight, 1),
    output: v.optional(weight, 1),
    cachedInput: v.optional(weight),
    reasoning: v.optional(weight),
  }),
  v.transform(toWeights),
);

const price = v.pipe(
  object({ input: weight, output: weight, cachedInput: v.optional(weight), reasoning: v.optional(weight) }),
  v.transform(toWeights),
);

const PRICES_WANTED = "must be an object of prices by model";
const prices = v.pipe(
  v.record(v.string(), price, PRICES_WANTED),
  v.check((list) => {
    const { length } = Object.keys(list);
    return length >= 1 && length <= MODELS_MAX;
  }, `must have prices of 1 to ${MODELS_MAX} models`),
  v.transform((list): PriceList => new Map(Object.entries(list))),
);

const quotaUnits = integerBetween(0, LIMIT_MAX);
export const tokenCostEntries = {
  estimate: oneOf(usageApis),
  output: v.optional(integerBetween(0, 10_000_000), OUTPUT_STANDARD),
  weights: v.optional(weights),
  usd: v.optional(prices),
  min: v.optional(quotaUnits, 1),
  max: v.optional(quotaUnits, LIMIT_MAX),
};

const tokenCost = v.pipe(
  object(tokenCostEntries),
  v.check(({ min, max }) => min <= max, "must have a min of at most its max"),
  v.check(
    (given) => given.weights === undefined || given.usd === undefined,
    "must have weights or usd, not both: prices are the weights of money",
  ),
  v.transform(({ usd, weights: given = PLAIN_WEIGHTS, ...rest }): TokenCost => ({
    ...rest,
    weights: given,
    prices: usd,
  })),
);

const OF_TOKENS = ["estimate", "usd", "weights", "output"];

/** A policy's `cost`. */
export const policyCost = v.lazy((input): v.GenericSchema<unknown, PolicyCost> => {
  const isOfTokens = typeof input === "object" && input !== null && OF_TOKENS.some((key) => key in input);
  return isOfTokens ? tokenCost : routeCost;
});

export const isTokenCost = (cost: PolicyCost | undefined): cost is TokenCost =>
  typeof cost === "object" && "estimate" in cost;

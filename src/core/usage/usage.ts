// What a call of a language model used, whichever API says it: tokens by kind. And what that is worth to a policy: tokens by
// their weights, or money.

/** `input` has the cached ones in it, and `output` those of reasoning. */
export interface Usage {
  readonly input: number;
  readonly output: number;
  readonly cachedInput: number;
  readonly reasoning: number;
}

/** What a token of each kind counts. */
export type TokenWeights = Readonly<Record<keyof Usage, number>>;

/** Weights by model; "*" is every other one. */
export type PriceList = ReadonlyMap<string, TokenWeights>;

export const PLAIN_WEIGHTS: TokenWeights = { input: 1, output: 1, cachedInput: 1, reasoning: 1 };
const OTHERS = "*";
/** The same model of another day: "gpt-4o-2024-08-06", "claude-x@20250101". */
const DATED = /[-@]\d{4}[\d-]*$/;
/** Sums of decimal prices end a little above or below. */
const ROUNDING = 1e-6;

/** A whole number of units, rounded up. */
export function toUsageUnits(
  { input, output, cachedInput, reasoning }: Usage,
  weights: TokenWeights,
): number {
  const cached = Math.min(input, cachedInput);
  const reasoned = Math.min(output, reasoning);
  const units =
    (input - cached) * weights.input +
    cached * weights.cachedInput +
    (output - reasoned) * weights.output +
    reasoned * weights.reasoning;
  return Math.max(0, Math.ceil(units - ROUNDING));
}

/** A model that has no price and is nobody's else costs what the dearest does: nobody pays less for a name that is unknown. */
export function findPrice(prices: PriceList, model: string | undefined): TokenWeights {
  const found = model === undefined ? undefined : (prices.get(model) ?? prices.get(model.replace(DATED, "")));
  return found ?? prices.get(OTHERS) ?? toDearest(prices);
}

function toDearest(prices: PriceList): TokenWeights {
  const all = [...prices.values()];
  const most = (kind: keyof Usage): number => Math.max(0, ...all.map((weights) => weights[kind]));
  return {
    input: most("input"),
    output: most("output"),
    cachedInput: most("cachedInput"),
    reasoning: most("reasoning"),
  };
}

// Service times in milliseconds, 50 on average by every law, and numbers by chance that come again with their seed.

export type Law = (random: () => number) => number;

export const MEAN_MS = 50;
/** Of the logarithm: a coefficient of variation of 1.3. */
const SIGMA = 1;

export const laws = {
  exponential: (random) => -Math.log(1 - random()) * MEAN_MS,
  "20 or 320 ms": (random) => (random() < 0.1 ? 320 : 20),
  lognormal: (random) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return MEAN_MS * Math.exp(SIGMA * normal - (SIGMA * SIGMA) / 2);
  },
  constant: () => MEAN_MS,
} as const satisfies Record<string, Law>;

/** Mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

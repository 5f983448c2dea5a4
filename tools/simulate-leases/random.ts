// Chance that is the same for the same seed.

/** Numbers from 0 to below 1: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) % 0x1_0000_0000;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** The time to the next of events that happen independently, so many a millisecond. */
export function toGapMs(random: () => number, perMs: number): number {
  return -Math.log(1 - random()) / perMs;
}

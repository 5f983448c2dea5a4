// A thousand clients, the n-th of them with 1/n of the first one's traffic. The same sequence in every run.

import { AMPLE, PROMPT, type Workload } from "./workload.ts";

const CLIENTS = 1_000;
/** Long enough that its repetition is nothing a limiter could learn. */
const DRAWS = 65_536;

export const zipf: Workload = { name: "zipf", createAddresses, limit: AMPLE, origin: PROMPT, settles: 8 };

function createAddresses(): () => string {
  const shares = Array.from({ length: CLIENTS }, (_, rank) => 1 / (rank + 1));
  const total = shares.reduce((sum, share) => sum + share, 0);
  const random = createRandom(1);
  const addresses = Array.from({ length: DRAWS }, () => {
    let left = random() * total;
    const rank = shares.findIndex((share) => (left -= share) <= 0);
    return `198.18.${rank >> 8}.${rank & 255}`;
  });
  let drawn = 0;
  return () => addresses[drawn++ % DRAWS] ?? "";
}

/** Park and Miller's minimal standard generator: numbers in (0, 1) that are the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

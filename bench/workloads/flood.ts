// One client sends everything, hundreds of times above its limit: nearly every answer is a 429.

import { createOneAddress } from "./hot-key.ts";
import { PROMPT, type Workload } from "./workload.ts";

export const flood: Workload = {
  name: "flood",
  createAddresses: createOneAddress,
  limit: { units: 10, windowMs: 1_000 },
  origin: PROMPT,
};

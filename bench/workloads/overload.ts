// One client sends several times its limit, whose burst is large enough that a part of the answers is not a 429.

import { createOneAddress } from "./hot-key.ts";
import { PROMPT, type Workload } from "./workload.ts";

export const overload: Workload = {
  name: "overload",
  createAddresses: createOneAddress,
  limit: { units: 2_000, windowMs: 10_000 },
  origin: PROMPT,
};

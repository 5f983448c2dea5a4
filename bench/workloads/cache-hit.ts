// One client asks for one URL that its origin lets be stored for an hour.

import { createOneAddress } from "./hot-key.ts";
import { AMPLE, type Workload } from "./workload.ts";

export const cacheHit: Workload = {
  name: "cache-hit",
  createAddresses: createOneAddress,
  limit: AMPLE,
  origin: { delayMs: 0, cacheControl: "max-age=3600" },
  expected: { requestsMax: 5, unmodifiedMin: 0 },
};

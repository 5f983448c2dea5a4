// One client asks for one URL that may be stored but not used unasked: the origin answers 304 each time.

import { createOneAddress } from "./hot-key.ts";
import { AMPLE, type Workload } from "./workload.ts";

export const revalidation: Workload = {
  name: "revalidation",
  createAddresses: createOneAddress,
  limit: AMPLE,
  origin: { delayMs: 0, cacheControl: "no-cache" },
  expected: { requestsMax: 1_000, unmodifiedMin: 0.95 },
};

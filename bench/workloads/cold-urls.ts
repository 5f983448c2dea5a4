// Everybody asks for a URL that nobody asked for before, of a slow origin: under full load as many requests as there are
// connections miss at the same moment, and one of them should reach the origin.

import { CONNECTIONS } from "../load/closed-loop.ts";
import { createOneAddress } from "./hot-key.ts";
import { AMPLE, type Workload } from "./workload.ts";

export const coldUrls: Workload = {
  name: "cold-urls",
  createAddresses: createOneAddress,
  createPaths: () => {
    let sent = 0;
    return () => `/items/${Math.floor(sent++ / CONNECTIONS)}`;
  },
  limit: AMPLE,
  origin: { delayMs: 20, cacheControl: "max-age=3600" },
  // One in 32 is 31 in 1,000; the rest is for the turn's start and end.
  expected: { requestsMax: 50, unmodifiedMin: 0 },
};

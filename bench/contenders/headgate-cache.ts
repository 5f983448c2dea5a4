// Headgate with a cache and no policy: a hit, an answer that the origin confirms, and many who miss at once.

import { startHeadgate } from "../servers/headgate.ts";
import { cacheHit } from "../workloads/cache-hit.ts";
import { coldUrls } from "../workloads/cold-urls.ts";
import { revalidation } from "../workloads/revalidation.ts";
import type { Contender } from "./contender.ts";

export const headgateCache: Contender = {
  name: "headgate-cache",
  title: "Headgate, cache",
  platform: "priced",
  serves: "from a cache",
  workloads: [cacheHit, revalidation, coldUrls],
  start: (stand) => startHeadgate(stand, { policies: {}, routes: [{ path: "/*", cache: {} }] }),
};

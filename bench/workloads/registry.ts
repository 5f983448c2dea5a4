// The one list of workloads.

import { cacheHit } from "./cache-hit.ts";
import { coldUrls } from "./cold-urls.ts";
import { flood } from "./flood.ts";
import { hotKey } from "./hot-key.ts";
import { newKeys } from "./new-keys.ts";
import { overload } from "./overload.ts";
import { revalidation } from "./revalidation.ts";
import { visitors } from "./visitors.ts";
import type { Workload } from "./workload.ts";
import { zipf } from "./zipf.ts";

export const workloads: readonly Workload[] = [
  hotKey,
  zipf,
  newKeys,
  visitors,
  flood,
  overload,
  cacheHit,
  revalidation,
  coldUrls,
];

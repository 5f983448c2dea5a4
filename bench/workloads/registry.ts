// The one list of workloads.

import { hotKey } from "./hot-key.ts";
import { newKeys } from "./new-keys.ts";
import type { Workload } from "./workload.ts";
import { zipf } from "./zipf.ts";

export const workloads: readonly Workload[] = [hotKey, zipf, newKeys];

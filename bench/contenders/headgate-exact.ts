// Headgate with one policy that asks its counter object: what an exact decision costs.

import { startHeadgate, toPolicy } from "../servers/headgate.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import { newKeys } from "../workloads/new-keys.ts";
import { overload } from "../workloads/overload.ts";
import { visitors } from "../workloads/visitors.ts";
import { zipf } from "../workloads/zipf.ts";
import type { Contender } from "./contender.ts";

export const headgateExact: Contender = {
  name: "headgate-exact",
  title: "Headgate, exact",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey, zipf, newKeys, visitors, flood, overload],
  start: (stand) =>
    startHeadgate(stand, {
      policies: { "per-client": { ...toPolicy(stand.limit), consistency: "exact" } },
      routes: [{ path: "/*", policies: ["per-client"] }],
    }),
};

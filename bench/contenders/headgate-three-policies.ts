// Headgate with three exact policies on one key that never deny: what two more policies cost.

import { startHeadgate, toPolicy } from "../servers/headgate.ts";
import type { PolicyInput } from "../../src/core/config/define-config.ts";
import type { Limit } from "../workloads/workload.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

const SECOND_MS = 1_000;
const HOUR = 60;

const toExact = (limit: Limit): PolicyInput => ({ ...toPolicy(limit), consistency: "exact" });

export const headgateThreePolicies: Contender = {
  name: "headgate-three-policies",
  title: "Headgate, three exact policies",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey],
  start: (stand) => {
    const { units, windowMs } = stand.limit;
    return startHeadgate(stand, {
      policies: {
        "per-second": toExact({ units: (units * SECOND_MS) / windowMs, windowMs: SECOND_MS }),
        "per-minute": toExact(stand.limit),
        "per-hour": toExact({ units: units * HOUR, windowMs: windowMs * HOUR }),
      },
      routes: [{ path: "/*", policies: ["per-second", "per-minute", "per-hour"] }],
    });
  },
};

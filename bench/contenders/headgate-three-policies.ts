// Headgate with three policies on one key that never deny: what two more policies cost.

import { startHeadgate, toPolicy } from "../servers/headgate.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

const SECOND_MS = 1_000;
const HOUR = 60;

export const headgateThreePolicies: Contender = {
  name: "headgate-three-policies",
  title: "Headgate, three policies",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey],
  start: (stand) => {
    const { units, windowMs } = stand.limit;
    const perMinute = toPolicy(stand.limit);
    return startHeadgate(stand, {
      policies: {
        "per-second": toPolicy({ units: (units * SECOND_MS) / windowMs, windowMs: SECOND_MS }),
        "per-minute": perMinute,
        "per-hour": toPolicy({ units: units * HOUR, windowMs: windowMs * HOUR }),
      },
      routes: [{ path: "/*", policies: ["per-second", "per-minute", "per-hour"] }],
    });
  },
};

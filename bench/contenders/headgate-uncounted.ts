// Headgate, leased, without statistics: what it costs to count is the difference to the contender that counts.

import { startHeadgate, toPolicy } from "../servers/headgate.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const headgateUncounted: Contender = {
  name: "headgate-uncounted",
  title: "Headgate, leased, `stats: false`",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey],
  start: (stand) =>
    startHeadgate(stand, {
      stats: false,
      policies: { "per-client": toPolicy(stand.limit) },
      routes: [{ path: "/*", policies: ["per-client"] }],
    }),
};

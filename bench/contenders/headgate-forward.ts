// Headgate with nothing to limit: what its facts, routes and header rules cost over only forwarding.

import { startHeadgate } from "../servers/headgate.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const headgateForward: Contender = {
  name: "headgate-forward",
  title: "Headgate, no policy",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey],
  start: (stand) => startHeadgate(stand, { policies: {}, routes: [{ path: "/*" }] }),
};

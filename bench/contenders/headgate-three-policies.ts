// Headgate with three policies on one key that never deny: what two more policies cost.

import { startHeadgate } from "../servers/headgate.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const headgateThreePolicies: Contender = {
  name: "headgate-three-policies",
  title: "Headgate, three policies, under their limits",
  runtime: "workerd",
  workloads: [hotKey],
  start: (stand) => startHeadgate(stand, new URL("../configs/three-policies.config.ts", import.meta.url)),
};

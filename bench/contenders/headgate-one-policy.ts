// Headgate with one policy that never denies: what a decision costs.

import { startHeadgate } from "../servers/headgate.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const headgateOnePolicy: Contender = {
  name: "headgate-one-policy",
  title: "Headgate, one policy, under its limit",
  runtime: "workerd",
  workloads: [hotKey],
  start: (stand) => startHeadgate(stand, new URL("../configs/one-policy.config.ts", import.meta.url)),
};

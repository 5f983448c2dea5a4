// Headgate under a flood: nearly every answer is a 429, and what is admitted is counted against what is allowed.

import { startHeadgate } from "../servers/headgate.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const headgateDeny: Contender = {
  name: "headgate-deny",
  title: "Headgate, one policy, flooded",
  runtime: "workerd",
  workloads: [hotKey],
  start: (stand) => startHeadgate(stand, new URL("../configs/tiny-limit.config.ts", import.meta.url)),
};

// The one list of probes, in the order of the table.

import type { Probe } from "../probe.ts";
import { abandoned } from "./abandoned.ts";
import { oneNetwork, spoofed } from "./addresses.ts";
import { atOnce, twoProcesses } from "./at-once.ts";
import { costs } from "./costs.ts";
import { fields, refusal, retryAfter } from "./fields.ts";
import { hammered, otherLimit } from "./refusals.ts";
import { killed, otherLimits } from "./restarts.ts";
import { storeCalls } from "./store-calls.ts";
import { storeFails, storeFailsCareful } from "./store-fails.ts";
import { worstWindowOf10, worstWindowOf100 } from "./worst-window.ts";
import { writings } from "./writings.ts";

export const probes: readonly Probe[] = [
  worstWindowOf10,
  worstWindowOf100,
  atOnce,
  twoProcesses,
  hammered,
  otherLimit,
  retryAfter,
  fields,
  oneNetwork,
  spoofed,
  storeFails,
  storeFailsCareful,
  killed,
  otherLimits,
  costs,
  abandoned,
  storeCalls,
  writings,
  refusal,
];

// The one list of contenders, in the order of the table.

import { bare } from "./bare.ts";
import type { Contender } from "./contender.ts";
import { forwardOnly } from "./forward-only.ts";
import { headgateDeny } from "./headgate-deny.ts";
import { headgateForward } from "./headgate-forward.ts";
import { headgateOnePolicy } from "./headgate-one-policy.ts";
import { headgateThreePolicies } from "./headgate-three-policies.ts";
import { naiveObject } from "./naive-object.ts";
import { naiveRow } from "./naive-row.ts";

export const contenders: readonly Contender[] = [
  bare,
  forwardOnly,
  naiveObject,
  naiveRow,
  headgateForward,
  headgateOnePolicy,
  headgateThreePolicies,
  headgateDeny,
];

/** What the table's ratios are to. */
export const references = { bare: bare.name, forward: forwardOnly.name } as const;

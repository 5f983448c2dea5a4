// The one list of contenders, in the order of the table.

import { bare } from "./bare.ts";
import type { Contender } from "./contender.ts";
import { denyAll } from "./deny-all.ts";
import { express } from "./express.ts";
import { fastify } from "./fastify.ts";
import { floor } from "./floor.ts";
import { forwardOnly } from "./forward-only.ts";
import { headgateCache } from "./headgate-cache.ts";
import { headgateExact } from "./headgate-exact.ts";
import { headgateForward } from "./headgate-forward.ts";
import { headgateLeased } from "./headgate-leased.ts";
import { headgateUncounted } from "./headgate-uncounted.ts";
import { headgateThreePolicies } from "./headgate-three-policies.ts";
import { honoStore } from "./hono-store.ts";
import { naiveCache } from "./naive-cache.ts";
import { naiveObject } from "./naive-object.ts";
import { naiveRow } from "./naive-row.ts";
import { nginx } from "./nginx.ts";
import { upstash } from "./upstash.ts";
import { upstashCache } from "./upstash-cache.ts";

export const contenders: readonly Contender[] = [
  bare,
  denyAll,
  forwardOnly,
  floor,
  naiveObject,
  naiveRow,
  naiveCache,
  honoStore,
  upstash,
  upstashCache,
  headgateForward,
  headgateExact,
  headgateLeased,
  headgateUncounted,
  headgateThreePolicies,
  headgateCache,
  nginx,
  express,
  fastify,
];

/** What the table's ratios are to. */
export const references = { bare: bare.name, forward: forwardOnly.name } as const;

export function isHeadgate({ name }: Contender): boolean {
  return name.startsWith("headgate-");
}

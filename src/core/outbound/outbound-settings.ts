// The outbound limits of a pool: which policies count its calls, and what is done while these leave no quota.

import type { Policy } from "../policies/policy.ts";
import type { RouteCost } from "../policies/route-cost.ts";
import type { PriorityRules } from "./priority.ts";

/** What to do with a request while there is no quota: wait for some, answer from the store, or refuse. */
export const LIMITED_WAYS = ["queue", "stale", "reject"] as const;

export type LimitedWay = (typeof LIMITED_WAYS)[number];

export interface OutboundSettings {
  /** Stands for a route where the calls are counted. */
  readonly limited: {
    /** Unlike every route's, and every other pool's. */
    readonly index: number;
    readonly path: string;
    readonly policies: readonly Policy[];
    readonly hasVariants: boolean;
    readonly cost: RouteCost;
    /** True: the origin counts every client. */
    readonly countsAll: true;
  };
  /** The same for each member, in their order, where each is an account of its own; undefined: they share one. */
  readonly byMember: readonly OutboundSettings["limited"][] | undefined;
  /** Tried in this order. */
  readonly whenLimited: readonly LimitedWay[];
  readonly queue: {
    readonly waitMsMax: number;
    /** For one counter, in one isolate. */
    readonly lengthMax: number;
    /** The same for one client, of those whose priority is as high. */
    readonly clientMax: number;
  };
  readonly priority: PriorityRules;
}

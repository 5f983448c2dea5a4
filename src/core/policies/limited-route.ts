// What limiting sees of a route: also what stands for one, as failed credentials and a pool's calls do.

import type { ErrorsRule } from "../errors/registry.ts";
import type { DeniedAnswer } from "./denied-answer.ts";
import type { Policy } from "./policy.ts";
import type { RouteCost } from "./route-cost.ts";

/**
 * The indexes of what stands for a route, each its own: what is known of one by its index must not be said of another.
 * Pools have those from `pools` downwards, one each.
 */
export const STAND_IN_INDEX = {
  attempts: -1,
  pools: -2,
  preflights: -1_000,
  batches: -1_001,
  portal: -1_002,
} as const;

export interface LimitedRoute {
  /** Its place in the configuration; negative for what only stands for a route. */
  readonly index: number;
  /** As it is written. */
  readonly path: string;
  readonly policies: readonly Policy[];
  /** Whether any of them has other limits for some requests. */
  readonly hasVariants: boolean;
  readonly cost: RouteCost;
  /** How a request over its limit is answered; undefined: with a problem document. */
  readonly denied?: DeniedAnswer | undefined;
  /** In whose words refusals are; undefined: as problem documents. */
  readonly errors?: ErrorsRule | undefined;
  /** How urgent its requests are to a pool that limits follow; undefined: normal. */
  readonly priority?: "critical" | "normal" | "background";
  /** Also clients that no policy of a route counts. */
  readonly countsAll?: boolean;
}

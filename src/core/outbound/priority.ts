// The priority of a call to an origin, where it is limited or its load is shed: by its route, by its consumer, or by a header of the request, as far as the
// configuration allows. Pure.

import type { Facts } from "../keys/facts.ts";

/** The priorities, the highest first: a priority's place here is its rank. */
export const PRIORITIES = ["critical", "normal", "background"] as const;

export type Priority = (typeof PRIORITIES)[number];

export interface PriorityRules {
  readonly consumers: Readonly<Record<string, Priority>>;
  readonly tiers: Readonly<Record<string, Priority>>;
  /** A request header, folded, that names a priority. It is not forwarded. */
  readonly header?: string | undefined;
  /** The highest that the header can claim. */
  readonly headerMax: Priority;
}

/** Whether some calls of a pool may go before others. */
export function hasPoolPriorities(
  pool: { readonly outbound: { readonly priority: PriorityRules } | undefined },
  routes: readonly { readonly pool: unknown; readonly priority: Priority }[],
): boolean {
  if (pool.outbound === undefined) return false;
  const { consumers, tiers, header } = pool.outbound.priority;
  if (header !== undefined || Object.keys(consumers).length + Object.keys(tiers).length > 0) return true;
  // Where all are as high, none goes before another.
  return new Set(routes.filter((route) => route.pool === pool).map(({ priority }) => priority)).size > 1;
}

/** The rank: 0 is the highest. A header lowers the priority at will, and raises it to `headerMax` at most. */
export function toRank(
  { consumers, tiers, header, headerMax }: PriorityRules,
  routePriority: Priority,
  { identity, header: readHeader }: Pick<Facts, "identity" | "header">,
): number {
  const given = find(consumers, identity?.consumer) ?? find(tiers, identity?.tier) ?? routePriority;
  const rank = PRIORITIES.indexOf(given);
  const claimed = header === undefined ? undefined : readHeader(header)?.trim().toLowerCase();
  const claimedRank = (PRIORITIES as readonly (string | undefined)[]).indexOf(claimed);
  if (claimedRank === -1) return rank;
  return Math.max(claimedRank, Math.min(rank, PRIORITIES.indexOf(headerMax)));
}

/** A consumer may be called `constructor`. */
function find(rules: Readonly<Record<string, Priority>>, name: string | undefined): Priority | undefined {
  return name !== undefined && Object.hasOwn(rules, name) ? rules[name] : undefined;
}

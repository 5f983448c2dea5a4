// The pools that are overloaded in tests of load shedding, and the limits that follow them.

import { toFollowing } from "./following.ts";

/** Answers that take longer are bad, and two of them open the breaker. */
const impatient = { slow: "100ms", breaker: { failures: 2 }, retries: { max: 0 } };
const enforced = { adapt: { mode: "enforce" } };
/** What pools let in of late, by their names, though nothing is shed any more. */
export const EASED: Readonly<Record<string, number>> = { half: 0.5, floor: 0, back: 0.9895 };

export const toSheddingConfig = (members: readonly string[]): Record<string, unknown> => ({
  origin: members[0],
  origins: {
    real: { members, ...enforced },
    ranks: { members, ...enforced, priority: { header: "x-priority", tiers: { pro: "critical" } } },
    kept: { members, ...enforced },
    dry: { members, adapt: {} },
    ...Object.fromEntries(Object.keys(EASED).map((name) => [name, { members, ...enforced }])),
    late: { members, ...enforced, ...impatient },
    plain: { members, ...impatient },
    quiet: { members, ...enforced },
  },
  policies: Object.fromEntries(
    [...Object.keys(EASED), "dry", "real"].map((pool) => [`of-${pool}`, toFollowing(pool)]),
  ),
  tiers: { pro: {} },
  routes: [
    { path: "/ranks/critical", origin: "ranks", priority: "critical" },
    { path: "/ranks/background", origin: "ranks", priority: "background" },
    { path: "/ranks/key", origin: "ranks", priority: "background", auth: "optional" },
    {
      path: "/kept/*",
      origin: "kept",
      priority: "background",
      cache: { ttl: "1s", staleIfLimited: "1h" },
    },
    { path: "/dry/*", origin: "dry", priority: "background", policies: ["of-dry"] },
    { path: "/real/limited", origin: "real", policies: ["of-real"] },
    ...Object.keys(EASED).map((name) => ({
      path: `/${name}/*`,
      origin: name,
      policies: [`of-${name}`],
    })),
    ...["ranks", "real", "plain"].map((name) => ({ path: `/${name}/*`, origin: name })),
    { path: "/late/*", origin: "late", priority: "critical" },
    { path: "/quiet/*", origin: "quiet", priority: "background" },
  ],
});

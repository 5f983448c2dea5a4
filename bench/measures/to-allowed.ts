// What policies allow one key, by their contract and not by their code: the bench counts admissions against it.

import type { Policy } from "../../src/core/config/config.ts";

/** A counter's clock counts whole milliseconds: what it sees as an interval may be this much longer. */
const CLOCK_MS = 1;

/** The most requests of cost 1 that may be admitted within any interval of this length. */
export function toAllowed(policies: readonly Policy[], elapsedMs: number): number {
  return Math.min(...policies.map((policy) => toAllowedBy(policy, elapsedMs + CLOCK_MS)));
}

function toAllowedBy({ name, algorithm, limit, windowMs, settings }: Policy, elapsedMs: number): number {
  if (windowMs === undefined) throw new Error(`policy ${name} allows no number in a time`);
  switch (algorithm) {
    case "token-bucket": {
      const { burst } = settings as { readonly burst: number };
      return burst + Math.floor((elapsedMs * limit) / windowMs);
    }
    case "sliding-window":
    case "sliding-window-log":
      return limit * (Math.floor(elapsedMs / windowMs) + 1);
    default:
      throw new Error(`policy ${name}: what ${algorithm} allows is not known to the bench`);
  }
}

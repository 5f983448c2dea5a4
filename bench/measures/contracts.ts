// What a limit allows one key, by its contract and not by anybody's code: the bench counts admissions against it.

import type { Policy } from "../../src/core/policies/policy.ts";
import type { Limit } from "../workloads/workload.ts";

/** A counter's clock counts whole milliseconds: what it sees as an interval may be this much longer. */
const CLOCK_MS = 1;

/** The most requests of cost 1 that may be admitted within any interval of this length. */
export type Contract = (elapsedMs: number) => number;

/** All at once, then at the steady rate: token and leaky buckets. */
export const toBucketContract =
  ({ units, windowMs }: Limit, burst: number = units): Contract =>
  (elapsedMs) =>
    burst + Math.floor(((elapsedMs + CLOCK_MS) * units) / windowMs);

/** No more than the limit within any one window, wherever it begins. */
export const toWindowContract =
  ({ units, windowMs }: Limit): Contract =>
  (elapsedMs) =>
    units * (Math.floor((elapsedMs + CLOCK_MS) / windowMs) + 1);

export function toContract(policies: readonly Policy[]): Contract {
  const contracts = policies.map(toContractOf);
  return (elapsedMs) => Math.min(...contracts.map((contract) => contract(elapsedMs)));
}

function toContractOf({ name, algorithm, limit, windowMs, settings }: Policy): Contract {
  if (windowMs === undefined) throw new Error(`policy ${name} allows no number in a time`);
  switch (algorithm) {
    case "token-bucket": {
      const { burst } = settings as { readonly burst: number };
      return toBucketContract({ units: limit, windowMs }, burst);
    }
    case "sliding-window":
    case "sliding-window-log":
      return toWindowContract({ units: limit, windowMs });
    default:
      throw new Error(`policy ${name}: what ${algorithm} allows is not known to the bench`);
  }
}

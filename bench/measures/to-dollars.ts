// What a million requests cost in Cloudflare's list prices above the included quota (developers.cloudflare.com/workers
// and /durable-objects, "Pricing"): requests, object calls and rows written. CPU time adds a cent or two to each.

import type { Use } from "../contenders/contender.ts";

const DOLLARS_PER_MILLION = { requests: 0.3, calls: 0.15, rowsWritten: 1 } as const;

/** `use` is per 1,000 requests. */
export function toDollars({ calls, rowsWritten = 0 }: Use = { calls: 0, rowsWritten: 0 }): number {
  return (
    DOLLARS_PER_MILLION.requests +
    (calls * DOLLARS_PER_MILLION.calls + rowsWritten * DOLLARS_PER_MILLION.rowsWritten) / 1e3
  );
}
